"""``python -m autograder``: build the lessons, list the exercises, check a notebook, grade the samples."""

import sys

from autograder.cli import main

sys.exit(main())
