"""A filter on system calls: what no lesson needs, and what would widen the kernel's surface or dodge the limits.

A call that is refused fails with an error number and does not end the process. Another process's memory, further
namespaces, mounts, keyrings and kernel programs are out; so is memory that belongs to nobody when it is counted
(memfd, System V), what counts against the grader's own user (inotify), leases on files that others open, and every kind
of socket but local and Internet ones (a virtual machine's vsock heeds no network namespace).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from autograder.sandbox.inside import system

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NAMESPACES = 0x7E020000
FAMILIES = (1, 2, 10)  # local, Internet, Internet version 6

# name: number on x86_64, number on aarch64
REFUSED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438),
    "kcmp": (312, 272), "process_madvise": (440, 440),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "swapon": (167, 224), "quotactl": (179, 60), "acct": (163, 89), "reboot": (169, 142),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "fanotify_init": (300, 262), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "sched_setaffinity": (203, 122),
    "inotify_init": (253, None), "inotify_init1": (294, 26),
}  # fmt: skip
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
CLONE = (56, 220)
CLONE3 = (435, 435)
SOCKET = (41, 198)
FCNTL = (72, 25)
SETLEASE = 1024


def known() -> bool:
    """Whether there is a filter for this kind of machine."""
    return platform.machine() in MACHINES


def install() -> None:
    """Put the filter on this process and all it will start. Needs no_new_privs."""
    if not known():
        return
    program = _program(*MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(program))
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    kept = ctypes.create_string_buffer(head)
    system.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(kept))


def _program(column: int, machine: int) -> list[bytes]:
    """Classic BPF: a word is loaded, compared, and the verdict follows."""
    lines = [_load(4), _jump(0x15, machine, 1, 0), _return(KILL), _load(0)]
    if column == 0:  # the x32 calls have numbers of their own
        lines += [_jump(0x35, 0x40000000, 0, 1), _return(REFUSE | errno.ENOSYS)]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            lines += [_jump(0x15, numbers[column], 0, 1), _return(REFUSE | errno.EPERM)]
    # The flags of clone3 lie in memory, where a filter cannot look: without it, libc goes back to clone.
    lines += [_jump(0x15, CLONE3[column], 0, 1), _return(REFUSE | errno.ENOSYS)]
    lines += [_jump(0x15, CLONE[column], 0, 4), _load(16), _jump(0x45, NAMESPACES, 0, 1)]
    lines += [_return(REFUSE | errno.EPERM), _return(ALLOW)]
    lines += [_jump(0x15, FCNTL[column], 0, 4), _load(24), _jump(0x15, SETLEASE, 0, 1)]
    lines += [_return(REFUSE | errno.EPERM), _return(ALLOW)]
    lines += [_jump(0x15, SOCKET[column], 0, 3 + len(FAMILIES)), _load(16)]
    lines += [_jump(0x15, family, len(FAMILIES) - i, 0) for i, family in enumerate(FAMILIES)]
    return lines + [_return(REFUSE | errno.EAFNOSUPPORT), _return(ALLOW), _return(ALLOW)]


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _jump(code: int, value: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _return(value: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, value)
