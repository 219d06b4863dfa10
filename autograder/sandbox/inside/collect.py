"""What a cell shows, as nbformat output dicts, up to a size."""

from __future__ import annotations

import io
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

PATIENCE = 16  # printing goes on unseen up to this many times the limit, then the cell is stopped


class TooMuch(BaseException):
    """Raised in the student's code when its output does not end."""


class Collector:
    """The outputs of one cell. What is past the limit is dropped."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        """Start again."""
        self.outputs: list[dict[str, Any]] = []
        self.size = 0
        self.dropped = False
        self.clear_next = False

    def text(self, name: str, text: str) -> None:
        """Printed text. Pieces of the same stream join."""
        left = max(0, self.limit - self.size)
        kept = text[:left]
        self._count(len(text), len(text) > left)
        if not kept:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["pieces"].append(kept)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "pieces": [kept]})

    def add(self, output: dict[str, Any]) -> None:
        """A whole output, kept when it fits."""
        size = _size(output)
        fits = self.size + size <= self.limit
        self._count(size, not fits)
        if fits:
            self.outputs.append(output)

    def _count(self, size: int, dropped: bool) -> None:
        if self.clear_next:
            self.clear()
        self.size += size
        self.dropped |= dropped
        if self.size > PATIENCE * self.limit:
            self.size = self.limit
            raise TooMuch("more output than can be kept")

    def take(self) -> list[dict[str, Any]]:
        """The outputs, finished."""
        done = []
        for output in self.outputs:
            kept = {k: v for k, v in output.items() if k not in ("pieces", "id")}
            done.append(kept | ({"text": "".join(output["pieces"])} if "pieces" in output else {}))
        if self.dropped:
            said = f"\n[what is past {self.limit:,} characters of output was dropped]\n"
            done.append({"output_type": "stream", "name": "stdout", "text": said})
        return done


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(str(k)) + _size(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return sum(_size(v) for v in value) + len(value)
    return len(value) if isinstance(value, (str, bytes)) else 8


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the student's code."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, collector: Collector, name: str) -> None:
        self.collector = collector
        self.stream = name

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keep the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.collector.text(self.stream, text)
        return len(text)


class Publisher(DisplayPublisher):
    """``display``: keeps what is shown."""

    collector: Collector

    def publish(self, data: dict, metadata: dict | None = None, source: str = "", **more: Any) -> None:
        """Keep one output, or put it in the place of an earlier one with the same display id."""
        transient = more.get("transient") or {}
        output = {"output_type": "display_data", "data": dict(data), "metadata": dict(metadata or {})}
        name = transient.get("display_id")
        if more.get("update") and name:
            for old in self.collector.outputs:
                if old.get("id") == name:
                    old.update(output, id=name)
            return
        self.collector.add(output | ({"id": name} if name else {}))

    def clear_output(self, wait: bool = False) -> None:
        """Forget what was shown; with ``wait``, when something new comes."""
        if wait:
            self.collector.clear_next = True
        else:
            self.collector.clear()


class Hook(DisplayHook):
    """The value of a cell's last expression."""

    collector: Collector

    def write_output_prompt(self) -> None:
        """No prompt: the output has a number."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        """Keep the value in all its formats."""
        result = {"output_type": "execute_result", "data": dict(format_dict), "metadata": dict(md_dict or {})}
        self.collector.add(result | {"execution_count": self.prompt_count})

    def finish_displayhook(self) -> None:
        """Print no end of line."""
        self._is_active = False
