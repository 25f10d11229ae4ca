"""Filters of system calls, written as the small programs that the kernel runs: seccomp(2).

Two filters: one refuses what no notebook needs and what could undo the rest of the cage,
the other refuses new sockets, once the kernel has its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence

from autograder.cage.libc import checked, libc

SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_TSYNC = 1
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_NEW_NAMESPACES = 0x7E020080
"""CLONE_NEW* of clone(2): NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_SOCK_TYPE_MASK, _SOCK_DGRAM = 0xF, 2

_CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "seccomp": 317, "clone": 56, "clone3": 435, "socket": 41, "connect": 42, "bind": 49, "socketpair": 53,
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "mount_setattr": 442, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        "pidfd_getfd": 438, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
        "io_uring_enter": 426, "io_uring_register": 427, "add_key": 248, "request_key": 249, "keyctl": 250,
        "open_by_handle_at": 304, "name_to_handle_at": 303, "fanotify_init": 300, "swapon": 167, "swapoff": 168,
        "reboot": 169, "init_module": 175, "finit_module": 313, "delete_module": 176, "kexec_load": 246,
        "kexec_file_load": 320, "quotactl": 179, "acct": 163, "syslog": 103, "iopl": 172, "ioperm": 173,
    },
    "aarch64": {
        "seccomp": 277, "clone": 220, "clone3": 435, "socket": 198, "connect": 203, "bind": 200, "socketpair": 199,
        "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268,
        "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
        "mount_setattr": 442, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        "pidfd_getfd": 438, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "io_uring_setup": 425,
        "io_uring_enter": 426, "io_uring_register": 427, "add_key": 217, "request_key": 218, "keyctl": 219,
        "open_by_handle_at": 265, "name_to_handle_at": 264, "fanotify_init": 262, "swapon": 224, "swapoff": 225,
        "reboot": 142, "init_module": 105, "finit_module": 273, "delete_module": 106, "kexec_load": 104,
        "kexec_file_load": 294, "quotactl": 60, "acct": 89, "syslog": 116,
    },
}  # fmt: skip
_TREATED_APART = ("seccomp", "clone", "clone3", "socket", "connect", "bind", "socketpair")


def available() -> bool:
    """Whether this machine's architecture is known here and its kernel has filters."""
    return os.uname().machine in _CALLS and os.path.exists("/proc/sys/kernel/seccomp")  # noqa: PTH110  # a probe


def refuse_dangerous() -> None:
    """Refuse, from now on, the calls that mount, trace, enter namespaces, or reach drivers of the system."""
    calls = _CALLS[os.uname().machine]
    program = [_refuse_if_equal(number) for name, number in calls.items() if name not in _TREATED_APART]
    namespaces = [
        *_only_for(calls["clone"], [(_LOAD, 0, 0, _ARGUMENT_0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _REFUSE]),
        *_only_for(
            calls["clone3"], [(_RETURN, 0, 0, RET_ERRNO | errno.ENOSYS)]
        ),  # its flags lie out of sight
    ]
    _install([*(step for steps in program for step in steps), *namespaces])


def refuse_sockets() -> None:
    """Refuse new sockets and connections to all threads of this process; connected pairs of streams stay allowed."""
    calls = _CALLS[os.uname().machine]
    steps = [step for name in ("socket", "connect", "bind") for step in _refuse_if_equal(calls[name])]
    datagrams = [
        (_LOAD, 0, 0, _ARGUMENT_1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_EQUAL, 0, 1, _SOCK_DGRAM),
        _REFUSE,
    ]
    _install([*steps, *_only_for(calls["socketpair"], datagrams)])


_Step = tuple[int, int, int, int]
"""Operation, steps to skip if true and if false, operand."""
_REFUSE: _Step = (_RETURN, 0, 0, RET_ERRNO | errno.EPERM)


def _refuse_if_equal(number: int) -> Sequence[_Step]:
    return [(_EQUAL, 0, 1, number), _REFUSE]


def _only_for(number: int, steps: Sequence[_Step]) -> Sequence[_Step]:
    """Take the steps for one call alone, and load the call's number again after them."""
    return [(_EQUAL, 0, len(steps) + 1, number), *steps, (_LOAD, 0, 0, _NUMBER)]


def _install(steps: Sequence[_Step]) -> None:
    architecture = AUDIT_ARCH[os.uname().machine]
    program: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        _REFUSE,  # another architecture's calls have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, X32_BIT),
        _REFUSE,
        *steps,
        (_RETURN, 0, 0, RET_ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    filter_program = struct.pack("@HP", len(program), ctypes.addressof(code))
    number = _CALLS[os.uname().machine]["seccomp"]
    result = libc.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, filter_program)
    if checked(result, "seccomp"):
        raise OSError(errno.EAGAIN, f"seccomp: thread {result} does not take the filter")
