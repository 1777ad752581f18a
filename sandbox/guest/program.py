"""Run a file the way `python main.py` does, and keep the guest out of the learner's tracebacks."""

from __future__ import annotations

import types
from pathlib import Path

GUEST = str(Path(__file__).resolve().parent)


def run(main: types.ModuleType, path: Path) -> None:
    main.__file__ = str(path)
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    exec(code, main.__dict__)  # noqa: S102 - this is the purpose of the whole room


def learners_part(error: BaseException) -> types.TracebackType | None:
    """Return the traceback from the first frame that is not the guest's own."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(GUEST):
        trace = trace.tb_next
    return trace
