"""From the starting gun to the last exit, in the order in which it happens."""

from __future__ import annotations

import atexit
import os
import resource
import sys
import threading
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import guard, libraries, notebook, program
from .protocol import READY, Job, read_job
from .report import Report


def main() -> NoReturn:
    _load_ahead(sys.argv[2:])
    serve()


def serve() -> NoReturn:
    """Say that there is a guest, wait for its one job, do it and leave."""
    os.write(1, READY)
    job = read_job(0)
    report = Report(Path(job.report), work=job.work)
    _prepare(job)
    leave(run(job, report))


def run(job: Job, report: Report) -> int:
    """Run the learner's program and return its exit code; an uncaught exception is printed and reported."""
    path = Path(job.work, job.entry)
    script: Callable[[types.ModuleType, Path], None] = notebook.run if path.suffix == ".ipynb" else program.run
    try:
        script(_main_module(), path)
    except SystemExit as request:
        return _exit_code(request)
    except BaseException as error:
        program.hide_guest(error)
        report.write(error)
        _show(error)
        return 1
    return 0


def leave(code: int) -> NoReturn:
    """Do what Python does at its exit and skip the rest: freeing every object takes 0.3 s after pandas and sklearn."""
    shutdown: Callable[[], None] = getattr(threading, "_shutdown", lambda: None)
    for step in (shutdown, getattr(atexit, "_run_exitfuncs"), sys.stdout.flush, sys.stderr.flush):  # noqa: B009
        try:
            step()
        except SystemExit as request:
            code = _exit_code(request)
        except BaseException as error:
            if not isinstance(error, (BrokenPipeError, ValueError)):
                sys.excepthook(type(error), error, error.__traceback__)
            code = code or 1
    os._exit(code & 0xFF)


def _load_ahead(arguments: list[str]) -> None:
    """Import what the command line names, where a guest is started before there is a program: libraries, bans."""
    if arguments:
        wanted, banned = (text.split(",") if text else [] for text in arguments)
        libraries.preload(wanted, banned=banned)


def _prepare(job: Job) -> None:
    if not job.talks:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
    if job.processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (job.processes, job.processes))
    # What a killed program printed last is kept, and a move in a game is not forgotten in a buffer.
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(line_buffering=True)
    sys.argv = [job.entry]
    sys.path.insert(0, job.work)
    if job.banned:
        guard.install(job.banned)


def _show(error: BaseException) -> None:
    if sys.excepthook is sys.__excepthook__:
        # Unlike the built-in hook this one finds the lines of a notebook's cells.
        traceback.print_exception(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def _main_module() -> types.ModuleType:
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    return module


def _exit_code(request: SystemExit) -> int:
    if request.code is None:
        return 0
    if isinstance(request.code, int):
        return request.code
    print(request.code, file=sys.stderr)
    return 1
