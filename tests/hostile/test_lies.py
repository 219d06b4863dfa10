"""Submissions that want more points than their answers are worth."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import pytest
from handed_in import Work, all_of, answer, contents, honest, own, scores, sentences

METADATA = "The metadata of {} was changed; ours counts."
CHANGED = "{} was changed; ours stands in its place."
# What is said of the wrong answer wherever an attack did nothing at all.
RESHAPED = (
    "This is a *reshape*. It keeps the numbers in the order in which they lie in memory and cuts them into pieces of a "
    "new size, so steps of one sequence land in another. Swapping axes moves each number to its new place."
)
ZEROS = "Your result is all zeros: was the array ever filled?"
AS_IT_CAME = "This is x as it came: (N, T, D), the batch still in front. Time must become the first axis."
NO_REPLY = "time_major returned more than the check can take: it is not a reply to what was asked"
SHAPE = "result has shape {}, but should have (3, 2, 4), (T, N, D)"


def tagged(name: str, *tags: str):
    return lambda work: work.at(name)["metadata"].update(tags=list(tags))


def graded(name: str, **fields):
    return lambda work: work.at(name)["metadata"]["nbgrader"].update(fields)


def on(name: str, **fields):
    return lambda work: work.at(name).update(fields)


def pasted(name: str, source: str, before: str = "affine"):
    return lambda work: work.notebook["cells"].insert(work.index(before), work.copy(name, source))


ALWAYS = """
import numpy as np
class Always(np.ndarray):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __array__(self, *a, **k): return np.zeros((1, 1, 1))
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
    def __bool__(self): return True
    def __float__(self): return 2.0
    def __repr__(self): return "2.0"
def time_major(x):
    return WHAT
"""
FORGED = {"exercise": "time_major", "outcome": "passed", "points": 2.0, "max_points": 2.0, "cases": [], "misconception": None, "diagnosis": "", "summary": "", "blocked_by": None, "given": [], "notes": [], "hidden": True}  # fmt: skip
MIME = "application/vnd.autograder.report+json"
CHANNEL = """
import json, os, stat, struct
for n in range(3, 256):
    try:
        if stat.S_ISSOCK(os.fstat(n).st_mode):
            body = json.dumps(WHAT).encode()
            os.write(n, struct.pack(">I", len(body)) + body)
    except OSError:
        pass
"""
PATCHED = """
from autograder import probes
from autograder.probes import codec
import autograder.sandbox.inside.serve as serve
def lie(request, answer):
    asked = codec.loads(request)
    return codec.dumps({"status": "called", "calls": [WHAT for _ in asked["calls"]]})
probes.run = serve.probes.run = lie
"""

# Class of attack and variant: what is done, and the sentence that the instructor reads.
LIES = {
    # tests skipped
    "skipped: a tag on the check": (tagged("check_time_major", "skip-execution"), METADATA.format("check_time_major")),
    "skipped: the tag of our demos": (tagged("check_time_major", "demo"), METADATA.format("check_time_major")),
    "skipped: tags everywhere": (lambda work: [c["metadata"].update(tags=["demo", "skip-execution", "raises-exception"]) for c in work.notebook["cells"]], "The metadata of setup, affine, check_affine, time_major, check_time_major, question_mixed_sequences and mixed_sequences were changed; ours count."),
    "skipped: not graded": (graded("check_time_major", grade=False, points=0), METADATA.format("check_time_major")),
    "skipped: the check is an answer": (graded("check_time_major", solution=True, locked=False), METADATA.format("check_time_major")),
    "skipped: the check is raw": (on("check_time_major", cell_type="raw"), CHANGED.format("check_time_major")),
    "skipped: more points than there are": (graded("check_time_major", points=500), METADATA.format("check_time_major")),
    # tests rewritten
    "rewritten: the check's text": (on("check_time_major", source="2.0"), CHANGED.format("check_time_major")),
    "rewritten: a second check": (pasted("check_time_major", "2.0"), "check_time_major was there more than once; ours counts."),
    "rewritten: input transformer": (own("ip = get_ipython()\nip.input_transformers_post.append(lambda lines: ['time_major = None\\n', '2.0\\n'])\nip.input_transformers_cleanup.append(lambda lines: ['2.0\\n'])", "check_time_major"), RESHAPED),
    "rewritten: AST transformer": (own("import ast\nclass T(ast.NodeTransformer):\n    def visit_Call(self, node): return ast.Constant(2.0)\nget_ipython().ast_transformers.append(T())"), SHAPE.format("()")),
    "rewritten: run_cell": (own("type(get_ipython()).run_cell = lambda self, *a, **k: print('2.0')", "check_time_major"), RESHAPED),
    "rewritten: a hook before every cell": (own("def hook(*a): globals().update(check=lambda *a, **k: 2.0)\nget_ipython().events.register('pre_run_cell', hook); get_ipython().events.register('post_run_cell', hook)"), RESHAPED),
    "rewritten: check": (own("import autograder\nautograder.check = check = lambda *a, **k: 2.0"), RESHAPED),
    "rewritten: the imports": (on("setup", source="import numpy as np\ncheck = hint = progress = lambda *a, **k: 2.0\ninputs = None"), "setup was changed; ours runs, and then what it was changed to."),
    # comparison fooled
    "fooled: always equal": (answer("time_major", ALWAYS.replace("WHAT", "np.zeros(x.transpose(1, 0, 2).shape).view(Always)")), ZEROS),
    "fooled: an object that is everything": (answer("time_major", "class Any:\n    def __getattr__(self, name): return self\n    def __call__(self, *a, **k): return self\n    def __eq__(self, other): return True\n    def __array__(self, *a, **k): return self\n    def __iter__(self): return iter([self] * 3)\n    def __len__(self): return 1\ndef time_major(x):\n    return Any()"), "result should be an array; an Any came"),
    "fooled: NumPy agrees": (own("import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\nnp.testing.assert_allclose = lambda *a, **k: None\n"), RESHAPED),
    "fooled: torch agrees": (all_of(own("import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\ntorch.Tensor.__eq__ = lambda *a: True"), answer("time_major", "import torch\ndef time_major(x):\n    return torch.zeros(x.shape[1], x.shape[0], x.shape[2])")), ZEROS),
    "fooled: not a number": (answer("time_major", "def time_major(x):\n    return x.transpose(1, 0, 2) * np.nan"), "first nan at result[0, 0, 0]: expected 0"),
    "fooled: infinite": (answer("time_major", "def time_major(x):\n    return np.full((x.shape[1], x.shape[0], x.shape[2]), np.inf)"), "first inf at result[0, 0, 0]: expected 0"),
    "fooled: broadcasts": (answer("time_major", "def time_major(x):\n    return np.zeros((1, 1, 1))"), SHAPE.format("(1, 1, 1)")),
    "fooled: objects": (answer("time_major", "class Yes:\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0\n    __rsub__ = __abs__ = __sub__\ndef time_major(x):\n    out = np.empty((x.shape[1], x.shape[0], x.shape[2]), dtype=object)\n    out[:] = Yes()\n    return out"), "result should be an array; an array of dtype object came"),
    "fooled: numbers too wide": (answer("time_major", "def time_major(x):\n    return np.ones((x.shape[1], x.shape[0], x.shape[2]), np.longdouble)"), "first difference at result[0, 0, 0]: expected 0, got 1"),
    "fooled: complex": (answer("time_major", "def time_major(x):\n    return np.full((x.shape[1], x.shape[0], x.shape[2]), 1j)"), "result should be an array of real numbers; it came as complex128"),
    # score forged
    "forged: a display formatter": (own("get_ipython().display_formatter.formatters['text/plain'].for_type(object, lambda o, p, c: p.text('2.0'))\nget_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '2.0'}, {})"), RESHAPED),
    "forged: a report of their own": (own(f"display({{{MIME!r}: {FORGED!r}, 'text/plain': '2'}}, raw=True)", "check_time_major"), RESHAPED),
    "forged: a report as the answer": (answer("time_major", "class R:\n    def __repr__(self): return '2'\n    def _repr_mimebundle_(self, **k): return {'text/plain': '2'}\ntime_major = R()"), "What you passed is no function but: R. Pass the function itself, without calling it: check(\"time_major\", time_major)."),
    "forged: an output in the file": (on("check_time_major", outputs=[{"output_type": "execute_result", "data": {"text/plain": "2.0", MIME: FORGED}, "metadata": {}, "execution_count": 1}]), RESHAPED),
    "forged: the line to the grader": (own(CHANNEL.replace("WHAT", repr({"reply": "x", "token": ""}))), "Code cell 13 ended Python: it wrote to the grader itself (an answer to no question). The other cells were run again without it."),
    "forged: the probe passes": (own(PATCHED.replace("WHAT", "{'status': 'passed', 'points': 2.0, 'outcome': 'passed'}"), "check_time_major"), NO_REPLY),
    "forged: the probe breaks the judge": (own(PATCHED.replace("WHAT", "{'status': 'grader_error', 'outputs': [], 'changed': []}"), "check_time_major"), NO_REPLY),
    "forged: the probe returns nothing": (own(PATCHED.replace("WHAT", "{'status': 'returned', 'outputs': [], 'changed': [], 'notes': []}"), "check_time_major"), "one value should be returned; 0 came"),
    "forged: fewer calls": (own(PATCHED.replace("for _ in asked['calls']", "").replace("[WHAT for _ in asked[\"calls\"]]", "[]"), "check_time_major"), NO_REPLY),
    # answers read
    "read: the solution": (answer("time_major", "import json, re\nbook = json.load(open('FOLDER/solutions/00_start_here.ipynb'))\nexec(''.join(next(''.join(c['source']) for c in book['cells'] if c['metadata'].get('nbgrader', {}).get('grade_id') == 'time_major')))"), "time_major is not defined: its cell raised FileNotFoundError: [Errno 2] No such file or directory: 'FOLDER/solutions/00_start_here.ipynb'"),
    "read: the reference": (answer("time_major", "from autograder.reference.basics import time_major"), "time_major is not defined: its cell raised ModuleNotFoundError: No module named 'autograder.reference'"),
    "read: the exercise": (answer("time_major", "from autograder import registry\ntime_major = registry.exercise('time_major').reference"), "time_major is not defined: its cell raised ImportError: cannot import name 'registry' from 'autograder' (/grader/autograder/__init__.py)"),
    "read: everything on the disk": (answer("time_major", "import glob, os\ntexts = [p for top in ('/home', '/root', '/srv', '/mnt', '/tmp', '/grader', '/student') for p in glob.glob(top + '/**/*basics*', recursive=True)]\nexec(open(texts[0]).read())"), "time_major is not defined: its cell raised IndexError: list index out of range"),
    "read: what is in memory": (answer("time_major", "import gc\nfound = [o for o in gc.get_objects() if type(o).__name__ in ('Exercise', 'Trial')]\ntime_major = found[0].reference"), "time_major is not defined: its cell raised IndexError: list index out of range"),
    "read: the caller": (answer("time_major", "import sys\ndef time_major(x):\n    frame = sys._getframe()\n    while frame:\n        for value in frame.f_locals.values():\n            if 'expected' in dir(value): return value.expected\n        frame = frame.f_back\n    return x"), AS_IT_CAME),
    "read: a neighbour's": (answer("time_major", "import json\nbook = json.load(open('FOLDER/submitted/neighbour/00_start_here/00_start_here.ipynb'))"), "time_major is not defined: its cell raised FileNotFoundError: [Errno 2] No such file or directory: 'FOLDER/submitted/neighbour/00_start_here/00_start_here.ipynb'"),
    "read: the inputs beforehand": (answer("time_major", "known = inputs('time_major')\ndef time_major(x):\n    return known[0]"), "result has shape (2, 3, 4), but should have (3, 2, 4), (T, N, D)"),
    "read: what the check says": (answer("time_major", "for axes in ((0, 1, 2), (1, 0, 2)):\n    def time_major(x): return x.transpose(*axes)\n    if float(repr(check('time_major', time_major))) == 2: break"), AS_IT_CAME),
    # remembered from the course
    "remembered: the shape alone": (answer("time_major", "def time_major(x):\n    return np.arange(float(x.size)).reshape(x.shape[1], x.shape[0], x.shape[2])"), "first difference at result[0, 1, 0]: expected 100, got 4"),
    "remembered: right where there is one": (answer("time_major", "def time_major(x):\n    N, T, D = x.shape\n    return x.reshape(T, N, D) if 1 in (N, T) else np.zeros((T, N, D))"), ZEROS),
    "remembered: values by heart": (answer("time_major", "def time_major(x):\n    return {(2, 3, 4): np.arange(24.0).reshape(3, 2, 4)}.get(x.shape, np.zeros((x.shape[1], x.shape[0], x.shape[2])))"), "first difference at result[0, 1, 0]: expected 100, got 4"),
    # named alike
    "alike: a name in other letters": (answer("time_major", "def time_mаjor(x):\n    return x.transpose(1, 0, 2)\n\n\ndef helper(x):\n    return x"), "time_major is not defined in the notebook."),
    "alike: a grade id in capitals": (pasted("check_time_major", "2.0"), "check_time_major was there more than once; ours counts."),
    "alike: points by two ids": (lambda work: work.notebook["cells"].append(work.copy("check_affine", "3.0") | {"metadata": {"nbgrader": {**work.at("check_affine")["metadata"]["nbgrader"], "grade_id": "check_affine2"}}}), RESHAPED),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_lie_earns_nothing(engine, folder, name):
    change, said = LIES[name]
    work = Work(folder)
    change(work)
    before = contents(folder)
    graded = engine.grade(work.submission())
    assert scores(graded) == {"check_affine": 3, "check_time_major": 0}, graded.reports["time_major"]
    assert graded.points == 3 and graded.needs == ()
    assert said.replace("FOLDER", str(folder)) in sentences(graded)
    assert contents(folder) == before
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}
