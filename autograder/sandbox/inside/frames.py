"""Frames on a stream socket: four bytes that say how long, then that much JSON. Both sides use this module.

The reader on the grader's side faces an enemy: it has a deadline and a limit, allocates only what has arrived, and
raises for whatever is not a frame.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

HEAD = struct.Struct(">I")
PIECE = 65536
# A string, or what follows a quote that none closes: each byte is looked at once, whatever comes.
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


class Garbled(Exception):
    """What came is no frame, or is larger than is taken."""


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """The time is up."""


def send(sock: socket.socket, value: Any, deadline: float | None = None) -> None:
    """Write one frame. Raises Late or Closed."""
    body = json.dumps(value).encode()
    _set_timeout(sock, deadline)
    try:
        sock.sendall(HEAD.pack(len(body)) + body)
    except TimeoutError as problem:
        raise Late from problem
    except OSError as problem:
        raise Closed from problem


def receive(sock: socket.socket, limit: int, deadline: float | None = None, nodes: int | None = None) -> Any:
    """Read one frame of at most ``limit`` bytes and about ``nodes`` JSON values. Raises Late, Closed or Garbled."""
    (size,) = HEAD.unpack(_exactly(sock, HEAD.size, deadline))
    if size > limit:
        raise Garbled(f"{size:,} bytes, where {limit:,} are taken")
    return parse(_exactly(sock, size, deadline), nodes)


def parse(body: bytes, nodes: int | None = None) -> Any:
    """The JSON value in ``body``. Raises Garbled, also for more values than are taken."""
    if nodes is not None and values(body) > nodes:
        raise Garbled("more values than are taken")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Garbled("no JSON") from problem


def values(body: bytes) -> int:
    """About how many values JSON text holds, counted before any of them is made. What strings hold does not count."""
    bare = STRING.sub(b"", body)
    return sum(bare.count(c) for c in (b",", b"[", b"{", b":"))


def send_message(sock: socket.socket, value: Any, descriptors: Sequence[int] = ()) -> None:
    """Write one line to the nursery or from it, with file descriptors. There, both sides believe each other."""
    socket.send_fds(sock, [json.dumps(value).encode() + b"\n"], descriptors)


def receive_message(sock: socket.socket) -> tuple[Any, list[int]]:
    """Read one line, or None at the end."""
    data, found = b"", []
    while not data.endswith(b"\n"):
        piece, descriptors, _, _ = socket.recv_fds(sock, PIECE, 4)
        if not piece:
            return None, found
        data += piece
        found += descriptors
    return json.loads(data), found


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        _set_timeout(sock, deadline)
        try:
            piece = sock.recv(min(PIECE, size - len(data)))
        except TimeoutError as problem:
            raise Late from problem
        except OSError as problem:
            raise Closed from problem
        if not piece:
            raise Closed
        data += piece
    return bytes(data)


def _set_timeout(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise Late
    sock.settimeout(left)
