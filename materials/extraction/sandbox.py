"""The walls around the process that parses a hostile file.

Once `confine` has been called the process can compute, read and write what it has open already,
and end; every other system call is refused: no file can be opened, no socket made, no process
started, signalled, traced or looked into. Linux only, without a library to install: the filter is
a few lines of classic BPF (`man 2 seccomp`). Elsewhere `confine` says which walls are missing.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ctypes import CDLL, POINTER, Structure, byref, c_ubyte, c_uint32, c_ulong, c_ushort, cast
from errno import EPERM
from typing import Final

# linux/prctl.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2

# linux/bpf_common.h, linux/seccomp.h, linux/audit.h
_LOAD_WORD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_REFUSE: Final = 0x0005_0000 | EPERM
_ALLOW: Final = 0x7FFF_0000
_OFFSET_NUMBER: Final = 0
_OFFSET_ARCHITECTURE: Final = 4

# What a parser needs: memory, its open files, the time, an end. In both columns in the order
# read write close fstat lseek pread64 mmap mprotect munmap brk mremap madvise rt_sigaction
# rt_sigprocmask rt_sigreturn sigaltstack restart_syscall futex sched_yield getpid gettid
# clock_gettime gettimeofday getrandom exit exit_group.
_ALLOWED: Final = {
    "x86_64": (
        0xC000_003E,
        "0 1 3 5 8 17 9 10 11 12 25 28 13 14 15 131 219 202 24 39 186 228 96 318 60 231",
    ),
    "aarch64": (
        0xC000_00B7,
        "63 64 57 80 62 67 222 226 215 214 216 233 134 135 139 132 128 98 124 172 178 113 169 278"
        " 93 94",
    ),
}
_NOBODY: Final = 65534


class _Instruction(Structure):
    _fields_ = (("code", c_ushort), ("if_true", c_ubyte), ("if_false", c_ubyte), ("k", c_uint32))


class _Program(Structure):
    _fields_ = (("length", c_ushort), ("filter", POINTER(_Instruction)))


def hide_from_neighbours() -> None:
    """Keeps other processes of the same user from reading this one's memory and environment.

    It also leaves no core dump behind. A debugger needs root from then on.
    """
    with suppress(OSError):
        _prctl(_PR_SET_DUMPABLE, 0)


def limit_process(memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Bounds this process. Where a system does not know a limit, the parent's clock still holds.

    A signal ends it at the bound of the processor's time, writing fails at that of the output.
    """
    limits = (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, output_bytes, output_bytes),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 16, 16),
    )
    for kind, soft, hard in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))


def confine() -> tuple[str, ...]:
    """Puts up the walls, for good, and gives the names of those that this system refuses."""
    walls: tuple[tuple[str, Callable[[], None]], ...] = (
        ("unprivileged user", _become_nobody),
        ("end with the parent", _end_with_parent),
        ("no new privileges", lambda: _prctl(_PR_SET_NO_NEW_PRIVS, 1)),
        ("system call filter", _filter_calls),
    )
    return tuple(name for name, build in walls if not _stands(build))


def _stands(build: Callable[[], None]) -> bool:
    try:
        build()
    except (OSError, AttributeError, KeyError):
        return False
    return True


def _become_nobody() -> None:
    """Gives up root's rights where the process has them."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _end_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _filter_calls() -> None:
    """Raises KeyError on a processor whose system call numbers are not known here."""
    architecture, numbers = _ALLOWED[_machine()]
    program = list(_instructions(architecture, [int(number) for number in numbers.split()]))
    array = (_Instruction * len(program))(*program)
    filter_ = _Program(len(program), cast(array, POINTER(_Instruction)))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, byref(filter_))


def _machine() -> str:
    return os.uname().machine if sys.platform == "linux" else sys.platform


def _instructions(architecture: int, numbers: Sequence[int]) -> Iterator[_Instruction]:
    """Allows these calls of this architecture and refuses all others with EPERM."""
    yield _Instruction(_LOAD_WORD, 0, 0, _OFFSET_ARCHITECTURE)
    yield _Instruction(_JUMP_IF_EQUAL, 1, 0, architecture)
    yield _Instruction(_RETURN, 0, 0, _REFUSE)
    yield _Instruction(_LOAD_WORD, 0, 0, _OFFSET_NUMBER)
    for left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
        yield _Instruction(_JUMP_IF_EQUAL, left, 0, number)
    yield _Instruction(_RETURN, 0, 0, _REFUSE)
    yield _Instruction(_RETURN, 0, 0, _ALLOW)


def _prctl(option: int, value: int, *rest: object) -> None:
    """Raises OSError where the system refuses, AttributeError where it has no such call."""
    arguments = (*rest, *[0] * (3 - len(rest)))
    converted = [c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if CDLL(None).prctl(option, c_ulong(value), *converted) != 0:
        raise OSError("prctl")
