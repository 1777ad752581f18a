"""System calls for which Python 3.11 has no function; only what the warm lane needs, errors as OSError.

Numbers are the same on x86_64 and aarch64 from 424 on; the older ones go through the C library's wrappers.
"""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Any

NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    0x1,
    0x2,
    0x4,
    0x8,
    0x20,
    0x1000,
    0x4000,
    0x40000,
)
PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_SECCOMP, PR_CAPBSET_DROP = 4, 15, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER = 2
LAST_CAPABILITY = 40

_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC = 1, os.O_CLOEXEC
_MOVE_MOUNT_F_EMPTY_PATH = 0x4
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 0x1, 0x2, 0x4
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def set_namespaces(descriptor: int, kinds: int) -> None:
    """Join namespaces of the process, or the one namespace, behind a descriptor."""
    _check(_libc.setns(descriptor, kinds), "setns")


def name_process(name: str) -> None:
    """Set what `ps` shows as this process's command."""
    text = name.encode() + b"\0"
    prctl(PR_SET_NAME, _address(text))


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    done = _libc.mount(
        source.encode(),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        ctypes.c_ulong(flags),
        None if data is None else data.encode(),
    )
    _check(done, f"mount {target}")


def detached_mount(path: str) -> int:
    """Return a descriptor of a read-only mount of what lies at the path; it has no place until it is moved to one."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_RECURSIVE
    descriptor = _call(_OPEN_TREE, "open_tree", _AT_FDCWD, os.fsencode(path), flags)
    # struct mount_attr: what to set, what to clear, propagation, user namespace
    attributes = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0)
    try:
        how = _AT_EMPTY_PATH | _AT_RECURSIVE
        _call(_MOUNT_SETATTR, "mount_setattr", descriptor, b"", how, attributes, len(attributes))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def move_mount(descriptor: int, target: str) -> None:
    """Put a detached mount at a place in this process's mount namespace."""
    _call(_MOVE_MOUNT, "move_mount", descriptor, b"", _AT_FDCWD, os.fsencode(target), _MOVE_MOUNT_F_EMPTY_PATH)


def prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _check(_libc.prctl(option, *padded), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for this process and for whatever it becomes."""
    for capability in range(LAST_CAPABILITY + 1):
        prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def filter_system_calls(program: bytes) -> None:
    """Install a filter for this process and all its children, for good."""
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: number of instructions of eight bytes, where they are
    pointer = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, _address(pointer))


def _address(data: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


def _call(number: int, name: str, *arguments: Any) -> int:
    prepared = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = _libc.syscall(ctypes.c_long(number), *prepared)
    _check(result, name)
    return int(result)


def _check(result: int, name: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
