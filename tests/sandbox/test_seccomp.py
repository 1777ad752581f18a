"""The filter, run in a small interpreter of classic BPF, so that both architectures are tested on any machine."""

from __future__ import annotations

import errno
import json
import struct

import pytest

from sandbox import seccomp
from sandbox.errors import SandboxUnavailable

ALLOW = seccomp.RET_ALLOW
EPERM = 0x00050000 | errno.EPERM
ENOSYS = 0x00050000 | errno.ENOSYS
KILL = 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def _verdict(machine: str, number: int, argument: int = 0, audit: int | None = None) -> int:
    data = struct.pack("=IIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, argument, 0, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", seccomp.bpf_program(machine)))
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif code == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x25: accumulator > value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += if_true if holds else if_false


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_call_of_the_table_is_allowed(machine: str) -> None:
    for name, number in seccomp.allowed_numbers(machine).items():
        assert _verdict(machine, number) == ALLOW, name


# Numbers from the kernel's own headers: name, x86_64, aarch64.
DENIED = [
    ("ptrace", 101, 117),
    ("mount", 165, 40),
    ("umount2", 166, 39),
    ("pivot_root", 155, 41),
    ("chroot", 161, 51),
    ("unshare", 272, 97),
    ("setns", 308, 268),
    ("keyctl", 250, 219),
    ("add_key", 248, 217),
    ("bpf", 321, 280),
    ("perf_event_open", 298, 241),
    ("userfaultfd", 323, 282),
    ("process_vm_readv", 310, 270),
    ("process_vm_writev", 311, 271),
    ("io_uring_setup", 425, 425),
    ("io_uring_enter", 426, 426),
    ("io_uring_register", 427, 427),
    ("open_tree", 428, 428),
    ("fsopen", 430, 430),
    ("mount_setattr", 442, 442),
    ("memfd_secret", 447, 447),
    ("pidfd_getfd", 438, 438),
    ("kexec_load", 246, 104),
    ("init_module", 175, 105),
    ("reboot", 169, 142),
    ("swapon", 167, 224),
    ("settimeofday", 164, 170),
    ("personality", 135, 92),
    ("open_by_handle_at", 304, 265),
    ("shmget", 29, 194),
    ("msgget", 68, 186),
    ("mq_open", 240, 180),
    ("vmsplice", 278, 75),
]


@pytest.mark.parametrize(("name", "x86_64", "aarch64"), DENIED)
def test_a_dangerous_call_is_denied(name: str, x86_64: int, aarch64: int) -> None:
    assert _verdict("x86_64", x86_64) == EPERM
    assert _verdict("aarch64", aarch64) == EPERM


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(
    ("family", "verdict"),
    [(1, ALLOW), (2, ALLOW), (10, ALLOW), (16, EPERM), (17, EPERM), (38, EPERM), (40, EPERM), (0, EPERM)],
    ids=["unix", "inet", "inet6", "netlink", "packet", "alg", "vsock", "unspecified"],
)
def test_sockets_are_allowed_by_family(machine: str, family: int, verdict: int) -> None:
    arch = seccomp.ARCHITECTURES[machine]
    assert _verdict(machine, arch.socket, family) == verdict
    assert _verdict(machine, arch.socketpair, family) == verdict


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_clone_makes_threads_and_processes_but_no_namespaces(machine: str) -> None:
    clone = seccomp.ARCHITECTURES[machine].clone
    assert _verdict(machine, clone, 0x3D0F00) == ALLOW  # what glibc asks for a thread
    assert _verdict(machine, clone, 0x1200011) == ALLOW  # and for a fork
    for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert _verdict(machine, clone, flag | 17) == EPERM


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_calls_that_the_table_does_not_know_seem_not_to_exist(machine: str) -> None:
    assert _verdict(machine, 435) == ENOSYS  # clone3
    assert _verdict(machine, 451) == ENOSYS
    assert _verdict(machine, 0x40000000 + 1) == ENOSYS  # the x32 spelling of write


def test_another_architecture_on_the_same_processor_is_killed() -> None:
    i386 = 0x40000003
    assert _verdict("x86_64", 4, audit=i386) == KILL


def test_an_unknown_processor_is_said_to_be_unknown() -> None:
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        seccomp.bpf_program("riscv64")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_dockers_profile_says_the_same(machine: str) -> None:
    profile = json.loads(seccomp.docker_profile(machine))
    plain = {name for rule in profile["syscalls"] if "args" not in rule for name in rule["names"]} - {"clone3"}
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert plain == set(seccomp.allowed_numbers(machine))
    assert not plain & {name for name, *_ in DENIED}
    by_argument = [(rule["names"], rule["args"][0]["value"]) for rule in profile["syscalls"] if "args" in rule]
    assert by_argument == [
        (["clone"], 0x7E020000),
        (["socket", "socketpair"], 1),
        (["socket", "socketpair"], 2),
        (["socket", "socketpair"], 10),
    ]
