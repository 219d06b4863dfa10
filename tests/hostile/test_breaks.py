"""Submissions that want to break the grader, the machine or somebody else's work, and some that only look like it."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import pytest
from handed_in import RIGHT, Work, all_of, answer, contents, honest, inside, own, scores, sentences

RESHAPED = (
    "This is a *reshape*. It keeps the numbers in the order in which they lie in memory and cuts them into pieces of a "
    "new size, so steps of one sequence land in another. Swapping axes moves each number to its new place."
)
TIMES = inside("import time; time.sleep(60)")
MAJOR = RIGHT["time_major"]
KILL = "import os, signal\nfor pid in (os.getppid(), 1, -1, 0, *range(2, 40)):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass"
SEGV = "import ctypes; ctypes.string_at(0)"
SLEEPER = "31415.926"


def died(why: str, where: str = "Code cell 13") -> str:
    return f"{where} ended Python: {why}. The other cells were run again without it."


def trying(why: str) -> str:
    return f"Trying affine ended Python: {why}. The rest was graded without it."


def slow(where: str) -> str:
    return f"{where} did not finish within 2 seconds and was stopped."


def shadow(*names: str, source: bytes = b"raise SystemExit('shadowed')"):
    return lambda work: work.files.update(dict.fromkeys(names, source))


EXIT = "it ended itself (exit code {})"
FAULT = "it crashed (segmentation fault)"
LOST = "it closed its line to the grader, or the machine ran out of memory"
DEAF = "it did not stop after 2 seconds"
MEMORY = "it took more than 524 MB of memory"

# Class and variant: what is done; the points for affine and for time_major; the sentence that the instructor reads.
BREAKS = {
    # gradebook written
    "gradebook: by its place": (own("import sqlite3\nbook = sqlite3.connect('FOLDER/gradebook.db')\nbook.execute('update grade set score = 10'); book.commit()"), 3, 0, RESHAPED),
    "gradebook: wherever it is": (own("import glob, sqlite3\nfor path in glob.glob('/**/*.db', recursive=True):\n    book = sqlite3.connect(path); book.execute('update grade set score = 10'); book.commit()"), 3, 0, slow("Code cell 13")),
    "gradebook: by its bytes": (own("open('FOLDER/gradebook.db', 'wb').write(b'')"), 3, 0, RESHAPED),
    "gradebook: when it is tried": (inside("import sqlite3\ntry: sqlite3.connect('FOLDER/gradebook.db').execute('update grade set score = 10')\nexcept Exception: pass"), 3, 0, RESHAPED),
    # neighbours touched
    "neighbours: written over": (own("open('FOLDER/submitted/neighbour/00_start_here/00_start_here.ipynb', 'w').write('{}')"), 3, 0, RESHAPED),
    "neighbours: deleted": (own("import shutil; shutil.rmtree('FOLDER', ignore_errors=True); shutil.rmtree('/', ignore_errors=True)"), 3, 0, RESHAPED),
    "neighbours: a link": (own("import os\nos.symlink('FOLDER', 'theirs'); open('theirs/submitted/neighbour/00_start_here/x', 'w')"), 3, 0, RESHAPED),
    "neighbours: left in a shared place": (own("import os\nfor top in ('/tmp', '/dev/shm', '/grader', '/student', os.path.expanduser('~')):\n    try: open(top + '/sitecustomize.py', 'w').write('raise SystemExit'); open(top + '/numpy.py', 'w').write('1/0')\n    except OSError: pass"), 3, 0, RESHAPED),
    "neighbours: modules changed": (own("import numpy, torch, autograder, rnnlab.environment, autograder.probes.codec as c\nnumpy.tanh = numpy.add = torch.tanh = c.dumps = None\nfor m in (numpy, torch, autograder): m.__dict__.clear()"), 3, 0, "affine was tried apart from the rest of the notebook, since no answer came back."),
    # grader killed
    "grader: killed": (own(KILL), 3, 0, RESHAPED),
    "grader: killed when it tries": (inside(KILL), 3, 0, RESHAPED),
    "grader: stopped and interrupted": (own("import os, signal\nfor number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n    try: os.kill(os.getppid(), number)\n    except OSError: pass\ntry: os.killpg(0, signal.SIGURG)\nexcept OSError: pass"), 3, 0, RESHAPED),
    "grader: its line flooded": (own("import os, stat\nfor n in range(3, 256):\n    try:\n        if stat.S_ISSOCK(os.fstat(n).st_mode): os.write(n, b'\\x00\\xff\\xff\\xff' + b'{' * 10**6)\n    except OSError: pass"), 3, 0, died(DEAF)),
    "grader: its line closed": (own("import os; os.closerange(3, 256)"), 3, 0, died(LOST)),
    # kernel killed
    "killed: in a cell of their own": (own("import os; os._exit(0)"), 3, 0, died(EXIT.format(0))),
    "killed: by a signal": (own("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"), 3, 0, RESHAPED),
    "killed: in the cell of an answer": (answer("time_major", MAJOR + "\nimport os; os._exit(7)"), 3, 0, "The cell that defines time_major ended Python: it ended itself (exit code 7)."),
    "killed: when it is tried": (all_of(inside("import os; os._exit(3)"), answer("time_major", MAJOR)), 0, 2, trying(EXIT.format(3))),
    "killed: segmentation fault": (all_of(inside(SEGV), answer("time_major", MAJOR)), 0, 2, trying(FAULT)),
    "killed: segmentation fault in a cell": (own(SEGV), 3, 0, died(FAULT)),
    "killed: the stack": (own("import sys\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()"), 3, 0, (died(DEAF), died(MEMORY), died(FAULT))),
    "killed: before everything": (lambda work: work.notebook["cells"].insert(0, {"cell_type": "code", "source": "import os; os._exit(1)", "metadata": {}, "outputs": []}), 3, 0, died(EXIT.format(1), "Code cell 1")),
    "killed: with the imports": (lambda work: work.at("setup").update(source="import numpy as np\nimport os; os._exit(1)"), 3, 0, died(EXIT.format(1), "Code cell 3")),
    "killed: again and again": (lambda work: [work.cell("import os; os._exit(1)", "time_major") for _n in range(6)], 3, 0, died(EXIT.format(1), "Code cell 17")),
    "killed: again and again, and right": (lambda work: [work.answer("time_major", MAJOR), *(work.cell("import os; os._exit(1)") for _n in range(6))], 3, 2, "time_major was tried apart from the rest of the notebook, since Python ended: cells of the notebook ended it again and again."),
    "killed: at a later try": (all_of(answer("affine", "tries = []\ndef affine(x, W, b):\n    tries.append(1)\n    if len(tries) > 4:\n        import os; os._exit(5)\n    return x @ W.T + b"), answer("time_major", MAJOR)), 0, 2, trying(EXIT.format(5))),
    "killed: by what was started": (own("import threading, time, os\nthreading.Thread(target=lambda: (time.sleep(0.3), os._exit(9))).start()\ntime.sleep(0.1)", "time_major"), 3, 0, RESHAPED),
    "left: sys.exit": (own("import sys; sys.exit(1)"), 3, 0, RESHAPED),
    "left: exit": (own("exit(); quit()"), 3, 0, RESHAPED),
    "left: an answer that exits": (all_of(inside("raise SystemExit(1)"), answer("time_major", MAJOR)), 0, 2, "affine asked Python to exit: a function should return and leave the program running"),
    "left: KeyboardInterrupt": (all_of(inside("raise KeyboardInterrupt"), answer("time_major", MAJOR)), 0, 2, "stopped by you while affine was running"),
    # never ends
    "endless: a cell": (own("while True: pass"), 3, 0, slow("Code cell 13")),
    "endless: a cell that hears nothing": (own("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass"), 3, 0, died(DEAF)),
    "endless: a cell that catches all": (own("while True:\n    try:\n        while True: pass\n    except BaseException: pass"), 3, 0, slow("Code cell 13")),
    "endless: in C": (own("sum(range(10**15))"), 3, 0, died(DEAF)),
    "endless: an answer": (all_of(inside("while True: pass"), answer("time_major", MAJOR)), 0, 2, trying(DEAF)),
    "endless: an answer that sleeps": (all_of(TIMES, answer("time_major", MAJOR)), 0, 2, trying(DEAF)),
    "endless: an answer that catches all": (all_of(inside("while True:\n    try:\n        while True: pass\n    except BaseException: pass"), answer("time_major", MAJOR)), 0, 2, trying(DEAF)),
    "endless: both": (all_of(inside("while True: pass"), answer("time_major", "def time_major(x):\n    while True: pass")), 0, 0, "time_major had not returned after 2 seconds: is there a loop that never ends?"),
    "endless: a generator": (all_of(inside("yield x\nwhile True: yield x", "return"), answer("time_major", MAJOR)), 0, 2, "result should be an array; a generator came"),
    # eats the machine
    "eats: memory": (own("eaten = bytearray(3 * 10**9)"), 3, 0, RESHAPED),
    "eats: memory bit by bit": (own("eaten = []\nwhile True: eaten.append(bytearray(10**7))"), 3, 0, died(MEMORY)),
    "eats: memory when it is tried": (all_of(inside("import numpy as np; return np.zeros((30000, 30000)) + 1"), answer("time_major", MAJOR)), 0, 2, "MemoryError: Unable to allocate 6.71 GiB for an array with shape (30000, 30000) and data type float64"),
    "eats: a large answer": (all_of(inside("import numpy as np; return np.zeros((3000, 3000))"), answer("time_major", MAJOR)), 0, 2, (trying(DEAF), trying(MEMORY))),
    "eats: processes": (own("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"), 3, 0, (slow("Code cell 13"), died(DEAF))),
    "eats: threads": (own("import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"), 3, 0, RESHAPED),
    "eats: files": (own("for n in range(10**6): open(f'f{n}', 'w').write('x')"), 3, 0, RESHAPED),
    "eats: disk": (own("with open('large', 'wb') as file:\n    while True: file.write(bytes(10**6))"), 3, 0, RESHAPED),
    "eats: output": (own("while True: print('x' * 1000)"), 3, 0, "Code cell 13 printed without end; most of it was dropped."),
    "eats: output when it is tried": (inside("for n in range(20000): print('x' * 100)"), 3, 0, RESHAPED),
    "eats: pictures": (own("for n in range(10000): display({'image/png': 'A' * 10**5}, raw=True)"), 3, 0, "Code cell 13 printed without end; most of it was dropped."),
    # outlives grading
    "outlives: a process": (own(f"import subprocess; subprocess.Popen(['sleep', '{SLEEPER}'])"), 3, 0, RESHAPED),
    "outlives: a daemon": (own(f"import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: os.execvp('sleep', ['sleep', '{SLEEPER}'])\n    os._exit(0)"), 3, 0, RESHAPED),
    "outlives: from an answer": (inside(f"import subprocess; subprocess.Popen(['sh', '-c', 'trap \"\" HUP TERM; sleep {SLEEPER}'], start_new_session=True)"), 3, 0, RESHAPED),
    "outlives: a thread": (own("import threading, time\ndef later():\n    while True: time.sleep(0.01); globals().update(np=None)\nthreading.Thread(target=later).start()", "check_time_major"), 3, 0, RESHAPED),
    "outlives: at the exit": (own(f"import atexit, os; atexit.register(os.system, 'sleep {SLEEPER} &')\ndef __del__(): os.system('sleep {SLEEPER} &')"), 3, 0, RESHAPED),
    # waits for input
    "waits: input": (own("name = input('your name: ')"), 3, 0, RESHAPED),
    "waits: an answer that asks": (all_of(inside("n = input()"), answer("time_major", MAJOR)), 0, 2, "NoInput: input() waits for somebody to type, and nobody is there while grading: give the value in the code"),
    "waits: standard input": (own("import sys; sys.stdin.read(); sys.stdin.readline(); open(0).read()"), 3, 0, RESHAPED),
    "waits: a debugger": (own("breakpoint()"), 3, 0, RESHAPED),
    "waits: a password": (own("import getpass; getpass.getpass()"), 3, 0, RESHAPED),
    # modules shadowed
    "shadowed: the standard library": (shadow("random.py", "json.py", "base64.py", "os.py", "struct.py", "socket.py"), 3, 0, RESHAPED),
    "shadowed: what we compare with": (shadow("numpy.py", "torch.py", "numpy/__init__.py", "sitecustomize.py", "usercustomize.py"), 3, 0, RESHAPED),
    "shadowed: ourselves": (shadow("autograder.py", "autograder/__init__.py", "autograder/probes/__init__.py", "rnnlab/__init__.py"), 3, 0, RESHAPED),
    "shadowed: a helper of theirs": (all_of(shadow("helper.py", source=b"def product(x, W):\n    return x @ W.T\n"), answer("affine", "from helper import product\ndef affine(x, W, b):\n    return product(x, W) + b")), 3, 0, RESHAPED),
    "shadowed: settings of IPython's": (shadow(".ipython/profile_default/startup/00.py", "ipython_config.py", "matplotlibrc", "pyvenv.cfg", "._pth"), 3, 0, RESHAPED),
    # noise, in work that is right
    "noise: warnings": (inside("import warnings; warnings.warn('careful'); warnings.warn('old', DeprecationWarning)"), 3, 0, RESHAPED),
    "noise: standard error": (inside("import sys, os; print('progress', file=sys.stderr); os.write(2, b'raw'); os.write(1, b'raw')"), 3, 0, RESHAPED),
    "noise: a progress bar": (inside("from tqdm import tqdm\nfor n in tqdm(range(3)): pass"), 3, 0, RESHAPED),
    "noise: a thread that prints": (own("import threading, time, sys\ndef chatter():\n    for n in range(300): print(n, file=sys.stderr); time.sleep(0.01)\nthreading.Thread(target=chatter, daemon=True).start()"), 3, 0, RESHAPED),
    "noise: logging": (inside("import logging; logging.basicConfig(); logging.critical('!')"), 3, 0, RESHAPED),
    "noise: a division": (inside("import numpy as np; np.ones(1) / 0; np.log(np.zeros(1))"), 3, 0, RESHAPED),
}  # fmt: skip


def sleepers() -> list[str]:
    """The processes on this machine that an attack left."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if SLEEPER in line and line.startswith(("sleep", "sh ")):
            found.append(line)
    return found


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_costs_itself_alone(engine, folder, name):
    change, affine, major, said = BREAKS[name]
    work = Work(folder)
    change(work)
    before = contents(folder)
    graded = engine.grade(work.submission())
    assert scores(graded) == {"check_affine": affine, "check_time_major": major}, (graded.reports, graded.notes)
    assert graded.points == affine + major and graded.needs == ()
    assert sentences(graded) & ({said} if isinstance(said, str) else set(said))
    assert graded.written == {"mixed_sequences": "Each row takes numbers of several sequences."}
    assert contents(folder) == before and sleepers() == []
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}


CALLS = {
    "a socket": "import socket; socket.create_connection(('HOST', PORT), 1).send(b'x')",
    "a web page": "import urllib.request; urllib.request.urlopen('http://HOST:PORT/', timeout=1)",
    "a datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('HOST', PORT))",
    "a command": "import subprocess; subprocess.run(['bash', '-c', 'echo x > /dev/tcp/HOST/PORT'], timeout=1)",
    "a socket in the file system": "import socket; socket.socket(socket.AF_UNIX).connect('FOLDER/line')",
    "a name looked up": "import socket; socket.getaddrinfo('x.HOST.example.org', 80)",
}


@pytest.mark.parametrize("name", CALLS)
def test_nobody_is_called(engine, folder, tmp_path, name):
    heard = []
    lines = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
    lines[1].bind(str(tmp_path / "line"))
    lines[1].listen()
    port = lines[0].getsockname()[1]
    lines.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    lines[2].bind(("127.0.0.1", port))

    def listen(line):
        with contextlib.suppress(OSError):
            heard.append(line.recv(1) if line.type == socket.SOCK_DGRAM else line.accept())

    threads = [threading.Thread(target=listen, args=(line,), daemon=True) for line in lines]
    [thread.start() for thread in threads]
    code = CALLS[name].replace("HOST", "127.0.0.1").replace("PORT", str(port)).replace("FOLDER", str(tmp_path))
    work = Work(folder)
    all_of(own(code), inside(f"try:\n    {code}\nexcept BaseException: pass"))(work)
    graded = engine.grade(work.submission())
    [line.close() for line in lines]
    assert heard == []
    assert scores(graded) == {"check_affine": 3, "check_time_major": 0}
    assert RESHAPED in sentences(graded) and graded.notes == ()


def test_nothing_is_left_at_the_end():
    assert sleepers() == []
