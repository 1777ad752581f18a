"""bwrap's command line, piece by piece, and how it is started: through launcher.py, which gives away rights first."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import hostview, seccomp
from sandbox.errors import SandboxUnavailable
from sandbox.staging import Mounted

USER = 10001
"""The user inside and, when the judge is root, outside: one that owns nothing."""
LAUNCHER = Path(__file__).parent / "launcher.py"
# What of /proc tells about the host and nothing about the program.
MASKED = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/latency_stats", "/proc/kallsyms")


@cache
def executable() -> str:
    """Return where bwrap is. Raises SandboxUnavailable where it is missing or too old."""
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxUnavailable("bubblewrap is not installed (Debian and Ubuntu: apt-get install bubblewrap)")
    known = subprocess.run([path, "--help"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    if "--size" not in known or "--disable-userns" not in known:
        raise SandboxUnavailable("bubblewrap is too old; 0.8 or newer is needed")
    return path


@cache
def system_call_filter() -> bytes:
    """Return the filter for this machine's architecture."""
    return seccomp.bpf_program()


def namespaces() -> list[str]:
    """Return the flags that every guest starts with: all namespaces, one user, no right outside them."""
    argv = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    argv += ["--unshare-cgroup-try", "--uid", str(USER), "--gid", str(USER), "--hostname", "sandbox"]
    return [*argv, "--new-session", "--die-with-parent", "--clearenv"]


def view(mounted: Sequence[Mounted]) -> list[str]:
    """Return the flags that show a guest these files and folders, read-only, and hide the host's other packages."""
    argv = []
    for link in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if Path(link).is_symlink():
            argv += ["--symlink", str(Path(link).readlink()), link]
    for item in mounted:
        argv += ["--ro-bind", str(item.source), item.target]
    for folder in hostview.other_packages():
        argv += ["--tmpfs", folder, "--remount-ro", folder]
    return argv


def python(*arguments: str) -> list[str]:
    """Return the command that starts the guest."""
    return [hostview.python(), "-P", "-s", f"{hostview.GUEST_TARGET}/start.py", *arguments]


def launch(
    argv: Sequence[str], *, stage: Path, views: list[list[str]], pass_fds: Sequence[int], **plan: Any
) -> subprocess.Popen[bytes]:
    """Start bwrap with three pipes; what else `plan` may hold is described in launcher.py."""
    whole = {
        "cgroups": [],
        "limits": {},
        "processors": [],
        "stage": str(stage),
        "views": views,
        "user": USER if os.getuid() == 0 else None,
        "argv": list(argv),
        **plan,
    }
    return subprocess.Popen(  # noqa: S603 - all of it is ours
        [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(whole)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env={},
        close_fds=True,
        pass_fds=tuple(pass_fds),
    )


def laid_out(mounted: Sequence[Mounted], stage: Path) -> tuple[list[Mounted], list[list[str]]]:
    """Send sources that the sandbox's user cannot reach by path over the stage, where the launcher shows them."""
    if os.getuid() != 0:
        return list(mounted), []
    reachable: list[Mounted] = []
    views: list[list[str]] = []
    for item in mounted:
        if _reachable(item.source):
            reachable.append(item)
            continue
        shown = stage / str(len(views))
        views.append([str(item.source), str(shown)])
        reachable.append(Mounted(source=shown, target=item.target))
    return reachable, views


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
