"""Run a file the way `python main.py` does, and keep the guest out of the learner's tracebacks."""

from __future__ import annotations

import types
from itertools import pairwise
from pathlib import Path

GUEST = str(Path(__file__).resolve().parent)


def run(main: types.ModuleType, path: Path) -> None:
    main.__file__ = str(path)
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    exec(code, main.__dict__)  # noqa: S102 - this is the purpose of the whole room


def hide_guest(error: BaseException) -> None:
    """Take the guest's own frames out of the traceback, and out of those of the exceptions behind it."""
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        exception = queue.pop()
        if exception is not None and id(exception) not in seen:
            seen.add(id(exception))
            exception.__traceback__ = _without_guest(exception.__traceback__)
            queue += [exception.__cause__, exception.__context__]


def _without_guest(trace: types.TracebackType | None) -> types.TracebackType | None:
    kept = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(GUEST):
            kept.append(trace)
        trace = trace.tb_next
    for earlier, later in pairwise(kept):
        earlier.tb_next = later
    if kept:
        kept[-1].tb_next = None
    return kept[0] if kept else None
