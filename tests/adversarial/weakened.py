"""The bubblewrap sandbox with walls taken away, to see that a test would notice an attack that succeeds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tests.adversarial.bait import SECRET
from tests.adversarial.hostile import Protection


def weakened(argv: list[str], missing: Collection[Protection], exposed: Collection[Path]) -> list[str]:
    """Return bwrap's command line without the flags that make these walls, or with these paths of the host shown."""
    for protection in missing:
        argv = _without(argv, protection, exposed)
    return argv


def _without(argv: list[str], protection: Protection, exposed: Collection[Path]) -> list[str]:
    match protection:
        case Protection.NETWORK_NAMESPACE:
            return [flag for flag in argv if flag != "--unshare-net"]
        case Protection.PROCESS_NAMESPACE:
            kept = [flag for flag in argv if flag != "--unshare-pid"]
            return _replaced(kept, ["--proc", "/proc"], ["--bind", "/proc", "/proc"])
        case Protection.SYSTEM_CALL_FILTER:
            at = argv.index("--seccomp")
            return argv[:at] + argv[at + 2 :]
        case Protection.NO_CAPABILITIES:
            return _replaced(argv, ["--cap-drop", "ALL"], ["--cap-add", "ALL"])
        case Protection.HIDDEN_FOLDERS:
            shown = [part for path in exposed for part in ("--bind", str(path), str(path))]
            return _replaced(argv, ["--remount-ro", "/"], [*shown, "--remount-ro", "/"])
        case Protection.READ_ONLY_DATA:
            return [
                "--bind" if flag == "--ro-bind" and argv[at + 2].startswith("/data/") else flag
                for at, flag in enumerate(argv)
            ]
        case Protection.CLEAN_ENVIRONMENT:
            return _replaced(argv, ["--proc", "/proc"], ["--setenv", SECRET, "1", "--proc", "/proc"])


def _replaced(argv: list[str], old: list[str], new: list[str]) -> list[str]:
    for at in range(len(argv) - len(old) + 1):
        if argv[at : at + len(old)] == old:
            return argv[:at] + new + argv[at + len(old) :]
    return argv
