"""Running a submission's cells where they can do no harm: a warm parent in bubblewrap, and a forked child for each.

    with Nursery() as nursery, nursery.child(files={"figures/a.svg": data}) as child:
        result = child.run_cell(source)
        reply = child.probe(judge.request(exercise, tried), exercise.id)

Promised, against whoever writes the submission, on Linux with bubblewrap:

- What is not inside cannot be read: no repository but the probes, ``rnnlab`` and what runs the cells, no references,
  solutions, hidden cases, gradebook, other submissions, home folder or environment. There is no network, and no
  pickles cross.
- A child reaches no process, file, socket or shared memory of the nursery, the grader or another child. It is pid 1 of
  its own namespace: when it is buried, all that it started is gone. A later child starts from the nursery's own state.
- Nothing a child sends makes the grader hang, crash or take memory without limit. Whatever is no answer to the last
  request ends the child. An answer is the student's word: it is checked for form here, and for truth by the judge.
- Memory (of all its processes), processes, written bytes and files, output and time are limited.

Not promised:

- That code does not lie about itself. It can change IPython, NumPy or the probe within its own child, read the hidden
  *inputs* as they arrive, and answer by any computation it likes; since no expected value is inside, it must compute.
- That children cannot slow each other: they share the processors. A child may use those of the thread that asked for
  it, and cannot change that; so a worker that restricts itself to one (``os.sched_setaffinity``) keeps the others free.
- That memory is never passed for a moment: it is watched twenty times a second. What the kernel itself holds for open
  sockets and pipes is bounded only by their number.
- Safety from a fault of the kernel or of the processor. The kernel's surface is narrowed with a filter on system calls.
- Anything, with ``sandbox=False``: then only crashes, time-outs and honest mistakes are kept apart.
"""

from __future__ import annotations

from autograder.sandbox.bubblewrap import SandboxMissing
from autograder.sandbox.child import Child, ChildFailed
from autograder.sandbox.limits import CellResult, Limits
from autograder.sandbox.nursery import Nursery, NurseryFailed

__all__ = ["CellResult", "Child", "ChildFailed", "Limits", "Nursery", "NurseryFailed", "SandboxMissing"]
