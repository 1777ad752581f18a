"""A short program between the judge and bwrap: it gives away rights and becomes bwrap.

    python -I -S launcher.py '{"cgroups": [...], "views": [[source, target], ...], "user": 10001, ...}'

    join the control groups ─> a mount namespace of its own, in which the sources are laid out for the sandbox's user
    ─> no groups, another user ─> limits on files ─> exec bwrap

It is a program and not a function called between fork and exec, since the judge has threads. Standard library only;
it runs before anything of a learner is near.
"""

import ctypes
import json
import os
import resource
import sys
from pathlib import Path

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x2, 0x4, 0x1000, 0x4000, 0x40000
CLONE_NEWNS = 0x20000


def main() -> None:
    plan = json.loads(sys.argv[1])
    for entrance in plan["cgroups"]:
        Path(entrance).write_text("0")  # itself
    if plan["views"]:
        lay_out(plan["stage"], plan["views"])
    if plan["user"] is not None:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
    for name, value in plan["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if plan["processors"]:
        os.sched_setaffinity(0, plan["processors"])
    os.umask(0o022)
    os.chdir(plan.get("folder", "/"))
    os.execv(plan["argv"][0], plan["argv"])  # noqa: S606 - the command line is bubblewrap.py's


def lay_out(stage: str, views: list[list[str]]) -> None:
    """Show each source under the stage, on a tmpfs that only this process and its children see."""
    libc = ctypes.CDLL(None, use_errno=True)
    check(libc.unshare(CLONE_NEWNS))
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    check(libc.mount(b"tmpfs", stage.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=1m,mode=0755"))
    for source, target in views:
        path = Path(target)
        if Path(source).is_dir():
            path.mkdir()
        else:
            path.touch()
        check(libc.mount(source.encode(), target.encode(), None, MS_BIND | MS_REC, None))


def check(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    main()
