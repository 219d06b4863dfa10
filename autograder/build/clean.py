"""Taking out of a notebook's outputs what is different on every machine or in every run."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

MAX_WIDGET_BYTES = 300_000
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CELL_FILE = re.compile(re.escape(tempfile.gettempdir()) + r"[/\\]ipykernel_\d+[/\\]\d+\.py")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b", re.IGNORECASE)


def strip_ansi(text: str) -> str:
    """The text without terminal colours."""
    return _ANSI.sub("", text)


def clean(notebook: NotebookNode, paths: Mapping[str, str]) -> None:
    """Make outputs and widget state the same for everybody, in place. ``paths`` says what replaces a folder."""
    replace = _replacer(dict(paths))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [from_dict(_map_strings(o, replace)) for o in merged(cell.outputs)]
    notebook.metadata["language_info"] = from_dict(
        {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
    )
    _clean_widgets(notebook, replace)


def merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with the pieces of each stream joined, and what a carriage return overwrites left out.

    nbclient can do it too, in a time that grows with the square of a line's length.
    """
    joined: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in map(NotebookNode, outputs):
        if output.output_type == "stream" and output.name in streams:
            streams[output.name]["text"] += output.text
            continue
        if output.output_type == "stream":
            streams[output.name] = output
        joined.append(output)
    for output in streams.values():
        lines = [line.rstrip("\r").rpartition("\r")[2] for line in output.text.split("\n")]
        output["text"] = "\n".join(lines)
    return joined


def _one_stream(outputs: list) -> list:
    """Outputs with all that was printed in one place: how a kernel cuts it into pieces depends on the time it took.

    nbclient's own ``coalesce_streams`` takes minutes for a line of a million characters.
    """
    joined: list = []
    first: dict = {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in first:
            first[output["name"]]["text"] += output["text"]
            continue
        if output["output_type"] == "stream":
            first[output["name"]] = output
        joined.append(output)
    return joined


def _replacer(paths: dict[str, str]) -> Callable[[str], str]:
    known = paths | {sys.prefix: "", str(Path.home()): "~"}
    ordered = sorted((k for k in known if len(k) > 3), key=len, reverse=True)

    def replace(text: str) -> str:
        text = _CELL_FILE.sub("<cell>", text)
        for folder in ordered:
            new = known[folder]
            text = text.replace(folder + os.sep, f"{new}/" if new else "").replace(folder, new or ".")
        return _ADDRESS.sub("0x...", text)

    return replace


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """The same structure, with every string changed, but for encoded images."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_strings(v, change) for v in value]
    if isinstance(value, Mapping):
        return {
            k: v if k.startswith("image/") and k != "image/svg+xml" else _map_strings(v, change)
            for k, v in value.items()
        }
    return value


def _clean_widgets(notebook: NotebookNode, replace: Callable[[str], str]) -> None:
    """Number the widgets in the order in which they were made; leave them out if they are large."""
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    names = {model: f"{number:032x}" for number, model in enumerate(state, start=1)}

    def rename(text: str) -> str:
        for old, new in names.items():
            text = text.replace(old, new)
        return text

    keep = bool(state) and len(json.dumps(state)) <= MAX_WIDGET_BYTES
    notebook.metadata.pop("widgets", None)
    if keep:
        renamed = {names[k]: _map_strings(_map_strings(v, rename), replace) for k, v in state.items()}
        notebook.metadata["widgets"] = from_dict(
            {WIDGET_STATE: {"state": renamed, "version_major": 2, "version_minor": 0}}
        )
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if WIDGET_VIEW in data:
                if keep:
                    data[WIDGET_VIEW] = from_dict(_map_strings(data[WIDGET_VIEW], rename))
                else:
                    del data[WIDGET_VIEW]
            if "text/plain" in data and WIDGET_VIEW in data:
                data["text/plain"] = rename(data["text/plain"])
