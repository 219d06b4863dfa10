"""Graders that start at once: everything is imported here, and each is forked off, to be killed by a test.

Reads lines of JSON: the course, whether to force, and a file, or none. Writes the number of the process, and its exit
status once it has ended. With a file, workers give back what was graded before: what is tested is the main process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

RUN = "the-run-of-the-replay"


class Replay:
    """An engine that remembers."""

    def __init__(self, path, settings):
        self.kept = json.loads(Path(path).read_text())

    def close(self):
        pass

    def grade(self, submission, run=""):
        time.sleep(0.02)
        kept = self.kept[submission.student]
        mine = {"digest": submission.digest(), "notebook": kept["notebook"].replace(RUN, run)}
        return SimpleNamespace(**kept | mine, points=0.0, max_points=0.0)


def main() -> None:
    sys.modules["rfc3987_syntax"] = None  # slow to import, and not needed
    from autograder.build.paths import Course
    from autograder.grading import batch

    print("ready", flush=True)
    for line in sys.stdin:
        root, force, replay = json.loads(line)
        number = os.fork()
        if not number:
            make = partial(Replay, replay) if replay else None
            done = batch.grade(Course(Path(root)), workers=1, rehearse=False, force=force, make=make)
            os._exit(done.exit_status)
        print(number, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
