"""The child's side of the talk with the grader: run this cell, try that answer.

A student's code shares this process and can change all of it. What comes out of here is the student's word, no more.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
from typing import Any

import autograder
from autograder import probes
from autograder.sandbox.inside import frames, workbench

_MISSING = object()
LARGEST_REQUEST = 256 * 2**20


def serve(channel: socket.socket, limits: dict) -> None:
    """Take the files in, then answer until the grader is gone."""
    first = frames.receive(channel, LARGEST_REQUEST)
    _store(first["files"])
    autograder.folder = os.getcwd()
    shell = workbench.open_for_student(limits["output"])
    frames.send(channel, {"token": first["token"], "ready": True})
    while True:
        try:
            asked = frames.receive(channel, LARGEST_REQUEST)
        except frames.Closed:
            os._exit(0)
        try:
            reply = _answer(shell, asked, limits)
        except BaseException as problem:
            reply = {"problem": _said(problem)}
        _reply(channel, reply, asked["token"])


def _answer(shell: Any, asked: dict, limits: dict) -> dict:
    if asked["op"] == "cell":
        return workbench.run_cell(shell, asked["code"], asked["seconds"])
    answer = shell.user_ns.get(asked["name"], _MISSING)
    if answer is _MISSING:
        return {"missing": True}
    reply = probes.run(asked["request"], answer)
    return {"reply": reply} if len(reply) <= limits["reply"] else {"too_large": len(reply)}


def _reply(channel: socket.socket, reply: dict, token: str) -> None:
    try:
        json.dumps(reply)
    except (TypeError, ValueError, RecursionError) as problem:
        reply = {"problem": _said(problem)}
    frames.send(channel, {**reply, "token": token})


def _said(problem: BaseException) -> str:
    try:
        return f"{type(problem).__name__}: {problem}"[:500]
    except BaseException:
        return type(problem).__name__


def _store(files: dict[str, str]) -> None:
    for name, data in files.items():
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "wb") as file:
            file.write(base64.b64decode(data))


def give_up(channel: socket.socket, why: str) -> None:
    """Tell the grader why there will be no child."""
    with contextlib.suppress(Exception):
        frames.send(channel, {"failed": why, "token": ""})
