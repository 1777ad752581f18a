"""What the engine's runtimes do differently, and whether the one in use can be trusted with learners.

    runc    the engine's own
    crun    keeps every promise that runc keeps; refuses some hosts (explained)
    runsc   gVisor: a kernel of its own in user space. Its processes are the sentry's threads, so some limits are
            counted differently and some promises hold by other means; those are refused by name

A runtime is known by the name that the engine has for it; every name that begins with `runsc` is taken for gVisor.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import runc_flaws, seccomp
from sandbox.errors import SandboxUnavailable

logger = logging.getLogger(__name__)

POLICY = "JUDGE_SANDBOX_RUNC_FLAWS"
POLICIES = ("warn", "refuse")

GVISOR_REFUSALS = (
    "a_fork_bomb_is_contained",
    "an_impossible_allocation_is_out_of_memory",
    "links_and_pipes_are_left_behind",
)
"""Kept by other means: a bomb ends its whole sandbox instead of getting EAGAIN; memory is promised without end and the
program killed when it is touched, so that no line can be told; pipes and sockets never reach our side to be named."""
SENTRY_THREADS = 96
"""What gVisor needs for itself; an idle sandbox had 60."""
THREADS_PER_PROCESS = 16
"""Of the host, for one process in gVisor: a sleeping one takes 5, but 100 that woke at once took 1560 together, and a
sentry that gets no thread ends its whole sandbox."""

KILLED = 128 + signal.SIGKILL

HINTS = {
    "cgroups in hybrid mode not supported": (
        "crun takes no host whose version 2 control groups hold controllers beside version 1; "
        "register docker/runtimes/crun, which hides them from it"
    ),
    "cannot run with network enabled in root network namespace": (
        "this gVisor takes every network namespace of this kernel for the host's; "
        "register docker/runtimes/runsc, which gives it no network to set up"
    ),
}
"""What a runtime says -> what helps."""


def is_gvisor(runtime: str | None) -> bool:
    return runtime is not None and runtime.startswith("runsc")


def refusals(runtime: str | None) -> tuple[str, ...]:
    """Return the promises that cannot be kept under this runtime, by their names in conformance/."""
    return GVISOR_REFUSALS if is_gvisor(runtime) else ()


def pids_limit(runtime: str | None, processes: int) -> int:
    """Return the engine's limit for so many processes of a learner; the init counts too."""
    if is_gvisor(runtime):
        return SENTRY_THREADS + THREADS_PER_PROCESS * (processes + 1)
    return processes + 1


def seccomp_profile(runtime: str | None) -> str:
    """Return our filter of system calls as this runtime understands it.

    gVisor knows no error number but EPERM in a filter, at which a C library gives up instead of falling back from
    `clone3` to `clone`: no thread would start. Where its own kernel has `clone3` at all, the call reaches that kernel.
    """
    profile = seccomp.docker_profile()
    if not is_gvisor(runtime):
        return profile
    filtered = json.loads(profile)
    for rule in filtered["syscalls"]:
        if rule["names"] == ["clone3"]:
            rule["action"] = "SCMP_ACT_ALLOW"
            del rule["errnoRet"]
    return json.dumps(filtered)


def may_be_out_of_memory(runtime: str | None, exit_code: int) -> bool:
    """Whether an end that the engine does not call out of memory may still be one.

    With gVisor the kernel kills the sentry, which is the container's first process: on a busy machine the engine hears
    of the end before it hears of the reason, which then only its log of events tells.
    """
    return is_gvisor(runtime) and exit_code == KILLED


def explained(message: str) -> str:
    """Return a failure of the engine with what helps against it, where that is known."""
    for symptom, hint in HINTS.items():
        if symptom in message:
            return f"{message}; {hint}"
    return message


def check(runtime: str | None, info: Mapping[str, Any]) -> None:
    """Refuse a runtime that the engine lacks or that is not what its name says; warn of a runc with known flaws.

    Parameters
    ----------
    runtime
        The name that was asked for; None for the engine's own choice.
    info
        What the engine says about itself (`docker info`).

    Raises
    ------
    SandboxUnavailable
        With what was found and what to do.
    """
    known: Mapping[str, Mapping[str, Any]] = info.get("Runtimes") or {}
    name = runtime or str(info.get("DefaultRuntime") or "runc")
    if runtime is not None and known and runtime not in known:
        raise SandboxUnavailable(
            f"the engine has no runtime {runtime!r}; it has {', '.join(sorted(known))} "
            "(register it by dockerd --add-runtime or in daemon.json)"
        )
    if runtime is None and is_gvisor(name):
        raise SandboxUnavailable(f"the engine's own runtime is gVisor; set JUDGE_SANDBOX_RUNTIME={name} to say so")
    program = Path(str(known.get(name, {}).get("path") or name)).name
    if is_gvisor(program) and not is_gvisor(name):
        raise SandboxUnavailable(f"the runtime {name!r} is gVisor; register it under a name that begins with runsc")
    if program in ("runc", "docker-runc"):
        _check_runc(str((info.get("RuncCommit") or {}).get("ID") or ""))


def _check_runc(version: str) -> None:
    policy = os.environ.get(POLICY) or "warn"
    if policy not in POLICIES:
        raise SandboxUnavailable(f"{POLICY} is {policy!r}, expected {' or '.join(POLICIES)}")
    complaint = runc_flaws.complaint(version)
    if complaint is None:
        return
    if policy == "refuse":
        raise SandboxUnavailable(f"{complaint} ({POLICY}=refuse)")
    logger.warning("%s; %s=refuse makes this a refusal", complaint, POLICY)
