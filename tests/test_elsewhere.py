"""The released notebooks where people open them: from a folder of their own, without a network, in a foreign home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import registry
from autograder.build.paths import ROOT

bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed: apt install bubblewrap")
# The course and its Python, which may themselves lie in the folder for temporary files.
KEPT = [part for place in dict.fromkeys((str(ROOT), sys.prefix)) for part in ("--ro-bind", place, place)]
MOST = 1500  # megabytes a kernel may take: a small Binder gives 2 GB, and JupyterLab wants its share

RUN = """
import json, os, resource, sys
import nbformat
from nbclient import NotebookClient
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
notebook = nbformat.read(sys.argv[1], 4)
notebook.cells = [c for c in notebook.cells if "demo" not in c.metadata.get("tags", ())]
NotebookClient(notebook, timeout=300, allow_errors=True, kernel_name="python3").execute()
outputs = [o for c in notebook.cells for o in c.get("outputs", ())]
wrong = [[o.ename, o.evalue] for o in outputs if o.output_type == "error"]
said = [o.data.get("text/plain", "") for o in outputs if "data" in o]
print(json.dumps({"wrong": wrong, "said": said, "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3}))
"""


def run_in(folder: Path, notebook: str) -> dict:
    """What running a notebook gives with the folder as all that can be written to, and no way out of the machine."""
    command = [
        "bwrap", "--unshare-net", "--unshare-pid", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev",
        "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/mnt", *KEPT,
        "--bind", str(folder), "/mnt/home", "--chdir", "/mnt/home/work",
        sys.executable, "-c", RUN, notebook,
    ]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "HOME": "/mnt/home", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@bubblewrap
@pytest.mark.parametrize("lesson", [one.id for one in registry.lessons()])
def test_an_untouched_lesson_runs_from_its_folder_alone(lesson: str, tmp_path: Path) -> None:
    """Nothing is looked for outside the folder or on a network, and no check says anything but: not written yet."""
    shutil.copytree(ROOT / "notebooks" / lesson, tmp_path / "work")
    found = run_in(tmp_path, f"{lesson}.ipynb")
    names = set(registry.names())
    assert all(kind == "NotImplementedError" and text in names for kind, text in found["wrong"]), found["wrong"]
    said = "\n".join(found["said"])
    for exercise in registry.lesson(lesson).exercises:  # in what progress() says at the end
        line = next(line for line in said.splitlines() if line.startswith(f"{exercise.id} "))
        assert line.split()[1:] == ["0", "/", f"{exercise.points:g}", "not", "attempted"]
    assert found["peak"] < MOST
