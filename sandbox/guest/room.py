"""Rooms for programs: new namespaces and their furniture, made by a small process beside the warm interpreter.

    clerk ──fork──> maker: new user, mount, process, network, ipc, uts namespaces
                      └─fork─> init, process 1 of the new namespace: joins the control group of the job, mounts /tmp,
                               /output, /report, /dev/shm, /proc, moves /work and /data in from the judge
                               descriptors of what can be written, and of itself ──> judge
                               "one more, please", with descriptors ──> zygote
                               gives its rights away and does nothing; its death is the end of everybody in the room

The clerk is forked before the libraries are loaded: copying the page tables of a large process costs more than all
that is done here.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
from pathlib import Path
from typing import NoReturn

from . import kernel
from .protocol import MESSAGE_BYTES, MOST_DESCRIPTORS, Birth

_SIOCSIFFLAGS = 0x8914
_INTERFACE_UP = 0x1
STREAMS = 3


def keep(control: socket.socket, zygote: socket.socket, program: bytes) -> NoReturn:
    """Make a room for every Birth that the judge sends, until it hangs up; `program` is the filter of system calls."""
    kernel.name_process("judge-clerk")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MOST_DESCRIPTORS)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _make(Birth.from_line(message), descriptors, zygote, program)
        for descriptor in descriptors:
            os.close(descriptor)


def _make(birth: Birth, descriptors: list[int], zygote: socket.socket, program: bytes) -> NoReturn:
    status = socket.socket(fileno=descriptors[0])
    streams, rest = descriptors[1 : 1 + STREAMS], descriptors[1 + STREAMS :]
    groups, mounts = rest[: birth.groups], rest[birth.groups :]
    try:
        user, group = os.geteuid(), os.getegid()
        spaces = kernel.NEWUSER | kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
        kernel.unshare(spaces)
        _map(user, group)
        if os.fork() != 0:
            os._exit(0)
        kernel.name_process("judge-init")
        join(groups)
        kernel.unshare(kernel.NEWCGROUP)
        socket.sethostname("sandbox")
        _raise_loopback()
        folders = _furnish(birth, mounts)
        _show_own_processes(birth.masked)
        itself = os.pidfd_open(os.getpid())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.drop_capabilities()
        kernel.filter_system_calls(program)
        # Only now, with nothing left to lose, somebody may come in.
        socket.send_fds(status, [b'{"furnished": true}'], [itself, *folders])
        socket.send_fds(zygote, [birth.to_line()], [status.fileno(), itself, *streams, *groups])
        os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    except BaseException as error:
        status.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}).encode())
        os._exit(1)
    while True:
        signal.pause()  # whoever loses its parent is reaped by the kernel: SIGCHLD is ignored


def join(groups: list[int]) -> None:
    """Put this process into the control groups behind these descriptors.

    Each process does it for itself: moving another one takes a lock that stops the whole machine for milliseconds.
    """
    for group in groups:
        os.write(group, b"0")


def _map(user: int, group: int) -> None:
    """Be the same user inside the new namespace, and nobody else."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        fcntl.ioctl(connection, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _INTERFACE_UP))


def _furnish(birth: Birth, mounts: list[int]) -> list[int]:
    """Mount everything but /proc, and return descriptors of the folders that can be written."""
    plain = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("devpts", "/dev/pts", "devpts", kernel.MS_NOSUID | kernel.MS_NOEXEC, "newinstance,ptmxmode=0666")
    for item in birth.writable:
        options = f"size={item.size_bytes},mode={item.mode}" + (f",nr_inodes={item.files}" if item.files else "")
        kernel.mount("tmpfs", item.path, "tmpfs", plain, options)
    kernel.mount("tmpfs", "/data", "tmpfs", plain, "size=1m,mode=0755")
    for descriptor, place in zip(mounts, birth.places, strict=True):
        if place.path.startswith("/data/"):
            Path(place.path).mkdir() if place.folder else Path(place.path).touch()
        kernel.move_mount(descriptor, place.path)
    kernel.mount("none", "/data", None, plain | kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY)
    return [os.open(item.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for item in birth.writable]


def _show_own_processes(masked: tuple[str, ...]) -> None:
    """Mount the /proc of the new namespace, without what tells about the host, and forbid further user namespaces."""
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    for path in masked:
        if Path(path).exists():
            kernel.mount("/dev/null", path, None, kernel.MS_BIND)
