"""``python -m autograder``: build the lessons, list the exercises, check a notebook, grade a class."""

import sys

from autograder.cli import main

sys.exit(main())
