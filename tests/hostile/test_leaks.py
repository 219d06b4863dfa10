"""What a submission can carry out of its grading: tests, answers and others' work, into its page or anywhere else."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import re

import pytest
from handed_in import Work, answer, honest, own, scores

from autograder import registry

RECORD = """
import json
import autograder.sandbox.inside.serve as serve
real, seen = serve.probes.run, []
def run(request, answer):
    seen.append(request)
    return real(request, answer)
serve.probes.run = run
"""
TELL = "import sys\nprint('SEEN', {})"


def told(what: str):
    """A hook that records what arrives, and a cell at the end that prints it."""
    return lambda work: (work.cell(RECORD), work.cell(TELL.format(what), "6baec1555101"))


# What is done. None of them may show a test's source, a reference, an expected value or anything of a neighbour's.
LEAKS = {
    "the source of the checks": own("import inspect\nprint(inspect.getsource(check))\nprint(In, _ih)", "6baec1555101"),
    "the history": own("get_ipython().history_manager.store_inputs = print\nfor line in get_ipython().history_manager.get_range(): print(line)", "6baec1555101"),
    "what is asked": told("[json.loads(s)['name'] for s in seen], seen[0][:200]"),
    "what the probe is told": told("sorted({k for s in seen for k in json.loads(s)}), [len(json.loads(s)['calls']) for s in seen]"),
    "every module's source": own("import sys, inspect\nfor name in sorted(sys.modules):\n    if name.startswith('autograder'):\n        try: print(inspect.getsource(sys.modules[name]))\n        except Exception as e: print(e)", "6baec1555101"),
    "every file there is": own("import os\nfor top, _folders, files in os.walk('/'):\n    if top.startswith(('/proc', '/sys', '/usr', '/lib', '/etc')): continue\n    for name in files:\n        if name.endswith(('.ipynb', '.db', '.toml')): print(top, name)", "6baec1555101"),
    "the environment": own("import os, sys\nprint(dict(os.environ), sys.argv, sys.path, open('/proc/self/environ').read(), open('/proc/1/cmdline').read())", "6baec1555101"),
    "a traceback from the probe": answer("time_major", "def time_major(x):\n    import traceback\n    raise ValueError(''.join(traceback.format_stack()))"),
    "a traceback with everything": answer("time_major", "def time_major(x):\n    import sys\n    frame, found = sys._getframe(), []\n    while frame: found.append(str(frame.f_locals)[:2000]); frame = frame.f_back\n    raise ValueError(' '.join(found))"),
    "what memory holds": own("import gc\nfound = [o for o in gc.get_objects() if isinstance(o, (dict, str)) and 'expected' in str(o)[:5000]]\nprint(found[:20])", "6baec1555101"),
}  # fmt: skip
SECRETS = re.compile(
    r"hidden\s*=\s*True|BEGIN HIDDEN|MARK SCHEME|BEGIN SOLUTION|Misconception\(|def trials|reference=|After the reshape, column"
)


@pytest.mark.parametrize("name", LEAKS)
def test_nothing_comes_out(engine, folder, name):
    work = Work(folder)
    LEAKS[name](work)
    graded = engine.grade(work.submission())
    assert scores(graded)["check_affine"] == 3 and graded.points == 3 and graded.needs == ()
    shown = [line for line in graded.notebook.splitlines() if "hidden=True" not in line and "HIDDEN TESTS" not in line]
    theirs = "\n".join(shown).partition("Mark scheme")
    assert not SECRETS.search(theirs[0].replace("<!-- BEGIN MARK SCHEME -->", "")), SECRETS.search(theirs[0])
    assert (
        str(folder) not in graded.notebook and "gradebook" not in graded.notebook and "neighbour" not in graded.notebook
    )
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}


def test_a_failure_in_a_hidden_case_says_which_property_broke_and_nothing_else(engine):
    """A visible case may be shown, since the check in the notebook shows it too; a hidden one has a sentence."""
    work = Work()
    work.answer(
        "time_major",
        "def time_major(x):\n    if x.size > 100:\n        raise ValueError(f'IT IS {x.shape} {x.ravel()[:3]}')\n    return x.transpose(1, 0, 2)",
    )
    graded = engine.grade(work.submission())
    report = graded.reports["time_major"]
    rows = [row for row in report["cases"] if row["hidden"] and row["status"] != "passed"]
    case = next(c for c in registry.exercise("time_major").cases if c.name == "long sequences")
    assert [row["sentences"] for row in rows] == [[case.says]] and [row["failure"] for row in rows] == [None]
    assert "IT IS" not in graded.notebook.replace("f'IT IS", "").replace("ValueError(f'IT IS", "")


def test_nothing_passes_from_one_submission_to_the_next(engine):
    left = Work()
    places = "('/tmp', '/dev/shm', '.', '/student', '/var/tmp')"
    left.cell(
        f"for top in {places}:\n    try: open(top + '/left', 'w').write('answer')\n    except OSError: pass\nimport builtins, numpy\nbuiltins.left = numpy.left = 'answer'"
    )
    engine.grade(left.submission("one"))
    found = Work()
    found.cell(
        f"import os, builtins, numpy\nfor top in {places}: assert not os.path.exists(top + '/left')\nassert not hasattr(builtins, 'left') and not hasattr(numpy, 'left')\nprint('NOTHING', 'THERE')"
    )
    graded = engine.grade(found.submission("two"))
    assert "NOTHING THERE" in graded.notebook and "AssertionError" not in graded.notebook
