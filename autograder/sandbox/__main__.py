"""``python -m autograder.sandbox``: whether the sandbox works on this machine, and how fast it is."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from autograder.probes import codec
from autograder.sandbox import Limits, Nursery, SandboxMissing

TIMES = 10
CELLS = [f"import numpy as np\nx{n} = np.tanh(np.ones((8, 8)))\nprint(x{n}.shape)\nx{n}.sum()" for n in range(40)]
ANSWER = "def double(x):\n    return 2 * x"
REQUEST = codec.dumps(
    {
        "probe": "call",
        "name": "double",
        "parameters": ["x"],
        "outputs": 1,
        "options": {},
        "time_limit": 5.0,
        "calls": [{"x": np.ones((4, 5))}] * 8,
    }
)
MEMORY = "print(sum(int(l.split()[1]) for l in open('/proc/self/smaps_rollup') if l.startswith('Private_')))"


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that it takes."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def main() -> int:
    """Measure, and print a table."""
    nursery = Nursery(Limits())
    try:
        rows = {"warm process ready": [timed(nursery.start)]}
    except SandboxMissing as problem:
        print(problem)
        return 1
    with nursery:
        for _ in range(TIMES):
            start = time.perf_counter()
            child = nursery.child()
            rows.setdefault("child ready", []).append(1000 * (time.perf_counter() - start))
            rows.setdefault("40 cells", []).append(timed(lambda c=child: [c.run_cell(code) for code in CELLS]))
            child.run_cell(ANSWER)
            rows.setdefault("probe of 8 calls", []).extend(
                timed(lambda c=child: c.probe(REQUEST, "double")) for _ in range(5)
            )
            memory = int(child.run_cell(MEMORY).outputs[0]["text"]) / 1024
            rows.setdefault("child gone", []).append(timed(child.close))
        for name, found in rows.items():
            print(f"{name:20} median {statistics.median(found):8.1f} ms   worst {max(found):8.1f} ms")
        print(f"{'memory of its own':20} {memory:15.1f} MB")
        for note in nursery.notes:
            print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
