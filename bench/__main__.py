"""``make bench``, or ``python -m bench [TABLE ...] [--json]``. Modules with a ``measure`` are the tables."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
import sys
from pathlib import Path

import bench


def tables() -> dict[str, object]:
    """The modules that measure something, by name."""
    found = {}
    for module in pkgutil.iter_modules([str(Path(bench.__file__).parent)]):
        if module.name not in ("__main__", "table"):
            found[module.name] = importlib.import_module(f"bench.{module.name}")
    return {name: module for name, module in found.items() if hasattr(module, "measure")}


def main() -> None:
    """Measure what was asked for and print it, table by table."""
    known = tables()
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast the course is, against its targets.")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(known)}; default all")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=20, help="how often a check is repeated, default 20")
    parser.add_argument("--lessons", nargs="+", metavar="LESSON", help="to measure or to grade, such as 01 02")
    parser.add_argument("--students", type=int, help="in the class that is graded")
    parser.add_argument("--save", action="store_true", help="keep the notebooks' numbers for the table in README")
    options = parser.parse_args()
    unknown = sorted(set(options.tables) - set(known))
    if unknown or options.repeats < 1:
        parser.error(
            f"no table named {unknown[0]}; there are {', '.join(known)}" if unknown else "--repeats is at least 1"
        )
    results = {}
    for name in options.tables or known:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        measure = known[name].measure
        takes = inspect.signature(measure).parameters
        given = {"lessons": options.lessons, "students": options.students}
        results[name] = measure(options.repeats, **{n: v for n, v in given.items() if v and n in takes})
        if options.save and hasattr(known[name], "save"):
            print(f"saved in {known[name].save(results[name])}; `make build` brings README up to date", file=sys.stderr)
        if not options.json:
            print(results[name].text() + "\n", flush=True)
    beyond = sum(table.beyond for table in results.values())
    if options.json:
        print(json.dumps({"beyond": beyond, "tables": {n: t.data() for n, t in results.items()}}, indent=1))
    else:
        print(f"{beyond} values miss their target (marked !)." if beyond else "Every value is within its target.")


if __name__ == "__main__":
    main()
