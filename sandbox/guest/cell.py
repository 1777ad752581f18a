"""From a fork of the warm interpreter to a learner's program, alone in new namespaces.

    zygote ──fork──> supervisor: new user, mount, process, network, ipc, uts namespaces
                       │  /tmp, /output, /report, /dev/shm of its own; /work and /data moved in from the judge
                       │  descriptors of what can be written, and of itself ──> judge
                       │  "go" <── judge, once the supervisor is in its control group
                       ├─ init: process 1 of the namespace, does nothing; its death is the end of everybody in it
                       └─ learner: /proc of its own, no rights, filter ──> boot.serve
                       waits, kills init, tells how it ended

The supervisor stays outside the process namespace, where the learner's program cannot see it.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import socket
import struct
import time
from pathlib import Path
from typing import NoReturn

from . import boot, kernel, libraries
from .protocol import GO, Birth

_SIOCSIFFLAGS = 0x8914
_INTERFACE_UP = 0x1


def live(birth: Birth, status: socket.socket, streams: list[int], mounts: list[int], program: bytes) -> NoReturn:
    """Be the supervisor of one program; `program` is the filter of system calls."""
    try:
        _supervise(birth, status, streams, mounts, program)
    except BaseException as error:
        status.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}).encode())
    os._exit(1)


def _supervise(birth: Birth, status: socket.socket, streams: list[int], mounts: list[int], program: bytes) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.NEWUSER | kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS)
    _map(user, group)
    socket.sethostname("sandbox")
    _raise_loopback()
    folders = _furnish(birth, mounts)
    socket.send_fds(status, [b'{"furnished": true}'], [os.pidfd_open(os.getpid()), *folders])
    if status.recv(16) != GO:
        os._exit(0)  # the judge went away
    kernel.unshare(kernel.NEWCGROUP)
    init = os.fork()
    if init == 0:
        _stand_by()
    socket.send_fds(status, [b'{"init": true}'], [os.pidfd_open(init)])
    learner = os.fork()
    if learner == 0:
        _become_learner(birth, streams, program)
    for descriptor in streams:
        os.close(descriptor)
    _, ended = os.waitpid(learner, 0)
    os.kill(init, signal.SIGKILL)
    os.waitpid(init, 0)  # returns after everybody in the namespace is gone
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"exit": os.waitstatus_to_exitcode(ended), "cpu_s": usage.ru_utime + usage.ru_stime}
    status.send(json.dumps(told).encode())
    os._exit(0)


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
    kernel.mount(
        "devpts", "/dev/pts", "devpts", kernel.MS_NOSUID | kernel.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620"
    )
    for item in birth.writable:
        options = f"size={item.size_bytes},mode={item.mode}" + (f",nr_inodes={item.files}" if item.files else "")
        kernel.mount("tmpfs", item.path, "tmpfs", plain, options)
    kernel.mount("tmpfs", "/data", "tmpfs", plain, "size=1m,mode=0755")
    for descriptor, place in zip(mounts, birth.places, strict=True):
        if place.path.startswith("/data/"):
            Path(place.path).mkdir() if place.folder else Path(place.path).touch()
        kernel.move_mount(descriptor, place.path)
        os.close(descriptor)
    kernel.mount("none", "/data", None, plain | kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY)
    return [os.open(item.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for item in birth.writable]


def _stand_by() -> NoReturn:
    """Be process 1: hold the namespace open and let the kernel reap whoever loses its parent."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel.drop_capabilities()
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    while True:
        signal.pause()


def _become_learner(birth: Birth, streams: list[int], program: bytes) -> NoReturn:
    try:
        os.setsid()
        _see_own_processes(birth.masked)
        for target, descriptor in enumerate(streams):
            os.dup2(descriptor, target)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        for name, value in birth.limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))
        if birth.processors:
            os.sched_setaffinity(0, birth.processors)
        os.environ.clear()
        os.environ.update(birth.environment)
        time.tzset()
        os.umask(0o022)
        os.chdir(birth.folder)
        libraries.reseed()
        libraries.use_threads(birth.threads)
        kernel.drop_capabilities()
        kernel.filter_system_calls(program)
    except BaseException as error:
        os.write(2, f"the sandbox could not be closed behind the program: {error}\n".encode())
        os._exit(1)
    boot.serve()


def _see_own_processes(masked: tuple[str, ...]) -> None:
    """Mount the /proc of the new namespace, without what tells about the host, and forbid further user namespaces."""
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    for path in masked:
        if Path(path).exists():
            kernel.mount("/dev/null", path, None, kernel.MS_BIND)
