"""Attempts to get out of the sandbox, or to break the grader from within, and what the outside sees of each."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from autograder import judge
from autograder.exercise import Case, Exercise
from autograder.probes import codec
from autograder.sandbox import Limits, Nursery, SandboxMissing, bubblewrap, replies
from autograder.sandbox.inside import frames

pytestmark = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")
ROOT = Path(__file__).resolve().parent.parent
MIB = 2**20
LIMITS = Limits(memory=600 * MIB, disk=24 * MIB, files=300, file_size=16 * MIB, processes=24, grace_seconds=0.5)
EXERCISE = Exercise(
    "double", 4, "doubles", "x (N,D) -> (N,D)", lambda x: 2 * x,
    (Case("values", {"N": 3, "D": 2}), Case("one", {"N": 1, "D": 4}), Case("other", {"N": 2, "D": 5}, hidden=True)),
    (), (), (),
)  # fmt: skip
TRIED = judge.trials(EXERCISE, hidden=True, seed=1)
REQUEST = judge.request(EXERCISE, TRIED)
RIGHT = "def double(x):\n    return 2 * x"
CHANNEL = """
import os, stat, struct, json
channel = [n for n in range(3, 256) if os.path.exists(f"/proc/self/fd/{n}") and stat.S_ISSOCK(os.fstat(n).st_mode)][0]
"""


@pytest.fixture(scope="module")
def nursery():
    os.environ["GRADER_SECRET"] = "hunter2"
    with Nursery(LIMITS) as one:
        yield one
    del os.environ["GRADER_SECRET"]


@pytest.fixture
def child(nursery):
    with nursery.child() as one:
        yield one


def run(child, code, seconds=5.0):
    return child.run_cell(textwrap.dedent(code), seconds)


def printed(result):
    return "".join(o["text"] for o in result.outputs if o["output_type"] == "stream")


def raised(result):
    return next((o["ename"] for o in result.outputs if o["output_type"] == "error"), None)


def graded(reply):
    return judge.judge(EXERCISE, TRIED, reply, lambda name: None, hidden=True)


def names_of_processes():
    found = set()
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            found.add(path.read_text().strip())
        except OSError:
            continue
    return found


def still_works(nursery):
    with nursery.child() as fresh:
        assert run(fresh, RIGHT).status == "ok"
        assert graded(fresh.probe(REQUEST, "double")).outcome == "passed"


# What a lesson needs.


def test_cells_show_what_a_notebook_shows(child):
    result = run(child, "print('a'); import sys; print('b', file=sys.stderr); display({'k': 1}); 40 + 2")
    assert result.status == "ok"
    kinds = [(o["output_type"], o.get("name")) for o in result.outputs]
    assert kinds == [("stream", "stdout"), ("stream", "stderr"), ("display_data", None), ("execute_result", None)]
    assert result.outputs[3] == {
        "output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}, "execution_count": 1,
    }  # fmt: skip
    figure = run(child, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", 20)
    assert base64.b64decode(figure.outputs[-1]["data"]["image/png"])[:4] == b"\x89PNG"
    assert run(child, "import asyncio\nawait asyncio.sleep(0)\n'done'").outputs[0]["data"]["text/plain"] == "'done'"
    assert printed(run(child, "%time x = 1\nfrom autograder import check\nprint(check('double', 1))")).endswith(
        "grader\n"
    )


def test_gradients_and_widgets_work(child):
    code = "import torch\nx = torch.ones(2, requires_grad=True)\n(x * x).sum().backward()\nprint(x.grad.tolist())"
    assert printed(run(child, code)) == "[2.0, 2.0]\n"
    assert run(child, "import ipywidgets\nipywidgets.IntSlider()").status == "ok"


@pytest.mark.parametrize(
    ("code", "name"),
    [("1 / 0", "ZeroDivisionError"), ("input('?')", "NoInput"), ("exit()", "SystemExit"),
     ("import sys; sys.exit(1)", "SystemExit"), ("def f(:", "SyntaxError"),
     ("def f(): return f()\nf()", "RecursionError")],
)  # fmt: skip
def test_an_error_ends_its_cell_alone(child, code, name):
    result = run(child, code)
    assert (result.status, raised(result)) == ("error", name)
    assert run(child, RIGHT).status == "ok"
    assert graded(child.probe(REQUEST, "double")).points == 4


def test_files_are_handed_over_and_names_are_checked(nursery):
    with nursery.child({"figures/a b.svg": b"<svg/>"}) as child:
        assert printed(run(child, "print(open('figures/a b.svg').read())")) == "<svg/>\n"
    for name in ("../x", "/etc/x", "a/../../x", ""):
        with pytest.raises(ValueError):
            nursery.child({name: b""})


def test_a_probe_finds_nothing_or_something_else(child):
    assert '"undefined"' in child.probe(REQUEST, "double")
    run(child, "double = 3")
    assert graded(child.probe(REQUEST, "double")).outcome == "error"
    run(child, "def double(x, y):\n    return x")
    assert "2" in graded(child.probe(REQUEST, "double")).summary


# Reading.

SECRETS = [
    str(ROOT / "autograder" / "judge.py"), str(ROOT / "autograder" / "reference"), str(ROOT / "solutions"),
    str(ROOT / "tests"), str(ROOT / "pyproject.toml"), str(ROOT / ".git"), str(ROOT / "gradebook.db"),
    str(Path.home() / ".cache"), "/etc/shadow",
    "/var/log", "/run", "/sys/kernel", "/proc/1/root" + "/var", "/proc/kcore", "/dev/mem", "/dev/vda", "/boot",
    "/grader/autograder/reference", "/grader/autograder/exercises", "/grader/autograder/judge.py", "/proc/2/environ",
]  # fmt: skip


def test_nothing_secret_is_there(child):
    result = run(
        child,
        f"""
        import os
        for path in {SECRETS!r}:
            try:
                found = os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10)
                print(path, found)
            except OSError:
                pass
    """,
    )
    assert (result.status, printed(result)) == ("ok", "")


@pytest.mark.parametrize(
    "name", ["reference", "judge", "registry", "exercises", "session", "grading", "sandbox.nursery"]
)
def test_our_modules_cannot_be_imported(child, name):
    result = run(child, f"import sys\nsys.path += [{str(ROOT)!r}, '/grader']\nimport autograder.{name}")
    assert raised(result) == "ModuleNotFoundError"


def test_the_environment_holds_no_secret(child):
    everywhere = "print(os.environ, open('/proc/self/environ').read(), open('/proc/1/environ').read())"
    assert "hunter2" not in printed(run(child, f"import os\n{everywhere}"))


def test_the_system_is_read_only(child):
    places = [
        "/grader/x",
        "/usr/x",
        "/x",
        "/dev/x",
        "/scratch/x",
        "/etc/x",
        sys.prefix + "/x",
        "/proc/sys/kernel/hostname",
    ]
    code = f"""
        for path in {places!r}:
            try:
                open(path, 'w').write('1')
                print(path)
            except OSError:
                pass
    """
    assert printed(run(child, code)) == ""


# Reaching others.


def test_there_is_no_network(child):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind("\0grader-" + str(os.getpid()))
        local.listen()
        code = f"""
            import socket
            tries = [(socket.AF_INET, ('127.0.0.1', {server.getsockname()[1]})), (socket.AF_INET, ('1.1.1.1', 53)),
                     (socket.AF_UNIX, '\\0grader-{os.getpid()}'), (socket.AF_VSOCK, (2, 1)),
                     (socket.AF_NETLINK, (0, 0))]
            for family, address in tries:
                try:
                    socket.socket(family).connect(address)
                    print(family, address)
                except OSError:
                    pass
        """
        assert printed(run(child, code)) == ""


def test_signals_reach_nobody(nursery):
    with nursery.child() as witness, nursery.child() as child:
        run(witness, "x = 1")
        result = run(
            child,
            """
            import os, signal
            for target in [1, -1, 0, os.getppid(), os.getpid() + 1] + list(range(2, 3000)):
                for number in (signal.SIGTERM, signal.SIGKILL):
                    try:
                        os.kill(target, number)
                    except (OSError, ProcessLookupError):
                        pass
            print('alive', os.getpid(), os.getppid())
        """,
        )
        assert printed(result) == "alive 1 0\n" or result.status == "died"
        assert run(witness, "print(x)").status == "ok"
    still_works(nursery)


def test_the_kernel_refuses_what_no_lesson_needs(child):
    result = run(
        child,
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        calls = {'unshare': libc.unshare(0x10000000), 'mount': libc.mount(b'x', b'/tmp', b'tmpfs', 0, None),
                 'umount': libc.umount2(b'/tmp', 2), 'ptrace': libc.ptrace(0, 0, 0, 0),
                 'memfd': libc.memfd_create(b'x', 0),
                 'shmget': libc.shmget(0, 4096, 0o1600), 'setuid': libc.setuid(0), 'setns': libc.setns(3, 0),
                 'clone': libc.syscall(56, 0x10000011, 0, 0, 0, 0) if os.uname().machine == 'x86_64' else -1,
                 'keyctl': libc.syscall(250, 0, -3, 1) if os.uname().machine == 'x86_64' else -1}
        import fcntl
        calls['inotify'] = libc.inotify_init1(0)
        calls['lease'] = libc.fcntl(open('mine', 'w').fileno(), fcntl.F_SETLEASE, fcntl.F_WRLCK)
        print([name for name, value in calls.items() if value >= 0])
        print([line for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapBnd', 'NoNew'))])
    """,
    )
    assert printed(result).splitlines()[0] == "[]"
    assert "NoNewPrivs:\\t1" in printed(result) and printed(result).count("0000000000000000") == 2


def test_a_neighbour_and_a_later_child_see_nothing(nursery):
    with nursery.child({"mine.txt": b"answer"}) as one, nursery.child() as other:
        run(
            one,
            """
            import builtins, json, math, numpy, os, sys
            from autograder import probes
            from autograder.sandbox.inside import frames
            for place in ('/tmp', '/dev/shm', '/student'):
                open(place + '/left', 'w').write('secret')
            os.environ['LEFT'] = builtins.left = 'x'
            numpy.tanh = math.tanh = json.dumps = probes.run = None
            numpy.random.seed(5)
        """,
        )
        look = """
            import builtins, json, math, numpy, os
            found = [p for p in ('/tmp', '/dev/shm', '/student') if os.listdir(p)]
            print(found, hasattr(builtins, 'left'), 'LEFT' in os.environ, None in (numpy.tanh, math.tanh, json.dumps))
        """
        seen = run(other, look)
        assert printed(seen) == "[] False False False\n", (seen, other.why_dead)
    with nursery.child() as later:
        assert printed(run(later, look)) == "[] False False False\n"
    still_works(nursery)


def test_unseeded_draws_repeat(nursery):
    def draw():
        with nursery.child() as child:
            code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1), hash('a'))"
            return printed(run(child, code))

    assert draw() == draw() != ""


# Using the machine up.


def test_a_fork_bomb_fizzles(nursery, child):
    result = run(
        child,
        """
        import os, time
        made = 0
        try:
            while made < 500:
                if os.fork() == 0:
                    time.sleep(60)
                made += 1
        except OSError:
            print(made)
    """,
        20,
    )
    assert int(printed(result)) < LIMITS.processes
    still_works(nursery)


def test_a_daemon_dies_with_its_child(nursery):
    name = f"d{random.randrange(10**9)}"
    with nursery.child() as child:
        run(
            child,
            f"""
            import ctypes, os, signal, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in range(1, 65):
                        try:
                            signal.signal(number, signal.SIG_IGN)
                        except (OSError, ValueError):
                            pass
                    ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)
                    time.sleep(100)
                os._exit(0)
            time.sleep(0.5)
        """,
        )
        assert name in names_of_processes()
    assert name not in names_of_processes()


def test_memory_of_one_process_is_limited(nursery):
    with nursery.child(limits=Limits(memory=300 * MIB)) as child:
        result = run(child, "kept = []\nwhile True:\n    kept.append(bytearray(20_000_000))", 30)
        assert (result.status, raised(result)) in (("error", "MemoryError"), ("memory", None))
    still_works(nursery)


def test_memory_of_all_processes_is_limited(nursery):
    with nursery.child(limits=Limits(memory=300 * MIB)) as child:
        result = run(
            child,
            """
            import mmap, os, time
            for i in range(8):
                if os.fork() == 0:
                    held = mmap.mmap(-1, 100_000_000)
                    for at in range(0, len(held), 4096):
                        held[at] = 1
                    time.sleep(60)
            time.sleep(60)
        """,
            40,
        )
        assert (result.status, child.alive) == ("memory", False)
        assert "MB of memory" in child.why_dead
        assert '"died"' in child.probe(REQUEST, "double")
    still_works(nursery)


@pytest.mark.parametrize(
    "code",
    ["file = open('big', 'wb')\nwhile True:\n    file.write(bytes(1_000_000))",
     "for i in range(100):\n    open(f'/dev/shm/{i}', 'wb').write(bytes(1_000_000))",
     "for i in range(1000):\n    open(f'/tmp/{i}', 'w').close()",
     "import os\nfor i in range(1000):\n    os.mkdir('d'); os.chdir('d')"],
)  # fmt: skip
def test_files_are_limited(nursery, child, code):
    assert raised(run(child, code)) == "OSError"
    assert run(child, RIGHT).status == "ok"


def test_endless_output_ends(child):
    result = run(child, "while True:\n    print('x' * 10_000)", 20)
    assert result.status == "output_limit"
    assert len(printed(result)) <= LIMITS.output + 100
    loud = run(child, "print('y' * 3_000_000)\nz = 5")
    assert (loud.status, len(loud.outputs[0]["text"])) == ("output_limit", LIMITS.output)
    assert "was dropped" in loud.outputs[1]["text"]
    assert printed(run(child, "print(z)")) == "5\n"


# Never ending, or ending badly.


def test_a_loop_is_ended_and_what_was_defined_stays(child):
    result = run(child, "kept = 7\nwhile True:\n    pass", 0.5)
    assert (result.status, child.alive) == ("timeout", True)
    assert "workbench" not in str(result.outputs)
    assert run(child, "import asyncio\nawait asyncio.sleep(60)", 0.3).status == "timeout"
    assert printed(run(child, "await asyncio.sleep(0.01)\nprint(kept)")) == "7\n"


DEAF = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"


def test_a_deaf_loop_is_killed(nursery, child):
    start = time.monotonic()
    result = run(child, DEAF + "while True:\n    pass", 0.5)
    assert (result.status, child.alive) == ("timeout", False)
    assert time.monotonic() - start < 5
    assert run(child, "1").status == "died"
    still_works(nursery)


def test_a_probe_that_hangs_is_a_timeout(nursery):
    with nursery.child() as child:
        run(
            child,
            f"{DEAF}def double(x):\n    while True: pass",
        )
        assert graded(child.probe(REQUEST, "double", seconds=0.5)).outcome == "timeout"
    still_works(nursery)


def test_the_total_is_limited(nursery):
    with nursery.child(limits=Limits(total_seconds=1.0, grace_seconds=0.2)) as child:
        for _ in range(4):
            last = run(child, "import time\ntime.sleep(0.5)")
        assert (last.status, child.alive) == ("timeout", False) or last.status == "died"


@pytest.mark.parametrize(
    ("code", "why"),
    [("import os\nos._exit(3)", "exit code 3"), ("import ctypes\nctypes.string_at(0)", "segmentation fault"),
     ("import os\nos.abort()", ""), ("import os\nos.closerange(0, 256)", "closed its line"),
     ("import os, resource\nresource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass", "")],
)  # fmt: skip
def test_a_death_is_named_and_costs_itself_alone(nursery, child, code, why):
    result = run(child, code, 5)
    assert (result.status, child.alive) == ("died", False)
    assert why in child.why_dead and child.why_dead == result.why
    report = graded(child.probe(REQUEST, "double"))
    assert (report.outcome, report.points) == ("error", 0)
    still_works(nursery)


# Lies on the line to the grader.

FLOODS = {
    "a length of four gigabytes": "os.write(channel, b'\\xff' * 1000)",
    "a length that nothing follows": "os.write(channel, struct.pack('>I', 10_000) + b'{')\nos._exit(0)",
    "an answer to no question": 'body = b\'{"token": "0", "status": "ok", "outputs": []}\'\n'
    "os.write(channel, struct.pack('>I', len(body)) + body)",
    "no JSON": "os.write(channel, struct.pack('>I', 5) + b'hello')",
    "deep JSON": "os.write(channel, struct.pack('>I', 100_000) + b'[' * 100_000)",
    "very many values": "body = b'[' + b'1,' * 3_000_000 + b'1]'\nos.write(channel, struct.pack('>I', len(body)))\n"
    "[os.write(channel, body[i:i + 50_000]) for i in range(0, len(body), 50_000)]",
    "a flood": "while True:\n    os.write(channel, struct.pack('>I', 1) + b'1')",
    "every descriptor": "for n in range(3, 256):\n    try:\n        os.write(n, b'garbage')\n"
    "    except OSError:\n        pass",
}


@pytest.mark.parametrize("lie", FLOODS)
def test_a_lie_on_the_line_ends_the_child(nursery, child, lie):
    result = run(child, CHANNEL + FLOODS[lie], 3)
    assert (result.status, child.alive) == ("died", False)
    still_works(nursery)


def test_an_honest_looking_answer_is_the_students_own(child):
    """Forged frames with the right token are like a return value: they are judged, and must be right."""
    forge = CHANNEL + textwrap.dedent("""
        from autograder import probes
        from autograder.sandbox.inside import frames, serve
        probes.run = lambda request, answer: json.dumps({"status": "called", "calls": []})
        def double(x): return x
    """)
    assert run(child, forge).status == "ok"
    report = graded(child.probe(REQUEST, "double"))
    assert (report.outcome, report.points) != ("passed", 4) and report.points == 0


WHOLE = {"status": "returned", "outputs": [1.0], "changed": [], "notes": []}
ARRAY = {"__array__": "AAAA", "dtype": "<f8", "shape": [10**9, 10**9]}
BAD = [
    "", "null", "[]", "3", '"x"', "{", "[" * 5000, "1" * 5000,
    '{"status": "called"}', '{"status": "called", "calls": []}',
    '{"status": ["called"], "calls": 3}', '{"status": "called", "calls": {"a": 1}}', json.dumps({"status": "passed"}),
    json.dumps({"status": "called", "calls": [WHOLE]}), json.dumps({"status": "called", "calls": [WHOLE] * 100}),
    *(json.dumps({"status": "called", "calls": [change] * 3}) for change in (
        {}, [], None, {"status": "passed"},
        {**WHOLE, "outputs": None}, {**WHOLE, "outputs": []}, {**WHOLE, "changed": 5},
        {**WHOLE, "outputs": [10**400]}, {**WHOLE, "outputs": [ARRAY]}, {**WHOLE, "outputs": [{"type": {"a": 1}}]},
        {**WHOLE, "outputs": [[["a"]]]}, {**WHOLE, "notes": [{}]},
        {"status": "raised"}, {"status": "raised", "message": 3},
        {"status": "raised", "type": "E", "message": "m", "line": "x", "lineno": "y", "function": None, "shapes": [1]},
        {"status": "not_attempted"}, {"status": "not_attempted", "what": ["double"]}, {"status": "parameters"},
        {"status": "timeout", "seconds": "long"}, {"status": "damaged"},
        {**WHOLE, "status": {"__array__": "", "dtype": "<f8"}},
    )),
    json.dumps({"status": "not_callable"}), json.dumps({"status": "signature"}),
    json.dumps({"status": "not_module", "type": 3}),
    json.dumps({"status": "called", "calls": [{**WHOLE, "outputs": ["\ud800"]}] * 3}),
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_a_made_up_reply_is_judged_and_earns_nothing(text):
    asked = json.loads(REQUEST)
    reply = replies.probe({"reply": text}, asked, "double", LIMITS)
    report = graded(reply)
    assert report.points == 0 and report.outcome in ("failed", "error", "timeout", "not_attempted", "blocked")
    str(report), report._repr_html_(), json.dumps(report.to_dict(), ensure_ascii=False).encode()


def test_an_honest_reply_passes_through_unchanged():
    calls = [{"status": "returned", "outputs": [2 * t.inputs["x"]], "notes": [], "changed": []} for t in TRIED]
    text = codec.dumps({"status": "called", "calls": calls})
    reply = replies.probe({"reply": text}, json.loads(REQUEST), "double", LIMITS)
    assert graded(reply).outcome == "passed"
    for one, other in zip(codec.loads(text)["calls"], codec.loads(reply)["calls"]):
        assert np.array_equal(one["outputs"][0], other["outputs"][0])


@pytest.mark.parametrize(
    "outputs",
    [None, 3, [None], [{"output_type": "stream"}], [{"output_type": "stream", "name": "x", "text": ["a"]}],
     [{"output_type": "error", "traceback": 3}],
     [{"output_type": "display_data", "data": {"text/plain": {"a": 1}, "nope": "x"}}],
     [{"output_type": "execute_result", "data": [], "execution_count": "x"}], [{"output_type": "update_display_data"}],
     [{"output_type": "display_data", "data": {"application/json": {"a": "\ud800"}}}]],
)  # fmt: skip
def test_made_up_outputs_become_valid_ones(outputs):
    import nbformat

    status, found, _ = replies.cell({"status": "ok", "outputs": outputs}, LIMITS)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("1", outputs=[nbformat.from_dict(o) for o in found])]
    )
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    assert status == "ok"


def test_counting_values_takes_no_time_whatever_comes():
    assert frames.values(b'["a,[{", {"b": [1, 2]}]') == 6
    start = time.monotonic()
    for body in (b'"' + b'\\"' * 10**6, b'"' * 10**6, b"\\" * 10**6, b'"\\' * 10**6):
        frames.values(body)
    assert time.monotonic() - start < 5


def test_a_huge_reply_is_replaced(nursery):
    with nursery.child(limits=Limits(reply=MIB)) as child:
        run(child, "import numpy as np\ndef double(x):\n    return np.ones(10**6)")
        report = graded(child.probe(REQUEST, "double"))
        assert (report.outcome, report.points, child.alive) == ("error", 0, True)


# The nursery itself.


def test_children_of_two_threads_do_not_wait_for_each_other(nursery):
    def hang():
        with nursery.child() as slow:
            run(slow, DEAF + "while True:\n    pass", 3)

    thread = threading.Thread(target=hang)
    thread.start()
    start = time.monotonic()
    still_works(nursery)
    assert time.monotonic() - start < 3
    thread.join()


def test_the_nursery_comes_back(nursery):
    with nursery.child() as child:
        signal.pidfd_send_signal(nursery._handle, signal.SIGKILL)
        assert run(child, "import time\ntime.sleep(4)").status == "died"
        assert not child.alive
    still_works(nursery)


def test_nothing_is_left_of_a_grader_that_was_killed():
    name = f"g{random.randrange(10**9)}"
    code = f"""
        import time
        from autograder.sandbox import Nursery
        nursery = Nursery(rehearse=False).__enter__()
        child = nursery.child()
        child.run_cell("import ctypes; ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)")
        print("there", flush=True)
        time.sleep(100)
    """
    grader = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, cwd=ROOT)
    assert grader.stdout.readline() == b"there\n"
    assert name in names_of_processes()
    grader.kill()
    grader.wait()
    for _ in range(100):
        if name not in names_of_processes():
            return
        time.sleep(0.05)
    raise AssertionError("a child outlived its grader")


def test_where_no_namespace_can_be_made_it_refuses(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissing, match=r"No permissions to create new namespace.*user namespaces"):
        Nursery().start()


def test_without_a_sandbox_only_when_told_to():
    """No promise but that it works, and that crashes and hangs cost one child."""
    with Nursery(LIMITS, sandbox=False, rehearse=False) as nursery:
        with nursery.child({"a.txt": b"x"}) as child:
            assert (
                printed(run(child, "import os\nprint(os.listdir('.'), 'GRADER_SECRET' in os.environ)"))
                == "['a.txt'] False\n"
            )
            assert run(child, "import os\nos._exit(3)").status == "died"
        with nursery.child() as child:
            assert run(child, DEAF + "while True:\n    pass", 0.5).status == "timeout"
        still_works(nursery)


def test_without_bubblewrap_it_refuses(monkeypatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    with pytest.raises(SandboxMissing, match="apt install bubblewrap"):
        Nursery()


def test_it_can_be_asked_for_before_it_is_warm():
    with contextlib.closing(Nursery(LIMITS, rehearse=False)) as waiting:
        waiting.begin()
        waiting.begin()
        with waiting.child() as child:
            assert printed(run(child, "print(2)")) == "2\n"
        waiting.close()
        waiting.begin()  # and ended before it is warm


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_a_child_runs_where_whoever_asks_for_it_may_run(nursery):
    code = "import os\nprint(sorted(os.sched_getaffinity(0)))"
    before = os.sched_getaffinity(0)
    try:
        for one in sorted(before)[:2]:
            os.sched_setaffinity(0, {one})
            with nursery.child() as child:
                assert printed(run(child, code)) == f"[{one}]\n"
    finally:
        os.sched_setaffinity(0, before)
