"""From a fork of the warm interpreter to a learner's program: into the room, rights away, the door shut."""

from __future__ import annotations

import os
import resource
import signal
import time
from typing import NoReturn

from . import boot, kernel, libraries
from .protocol import Birth
from .room import STREAMS, join

SPACES = kernel.NEWUSER | kernel.NEWNS | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS | kernel.NEWCGROUP
"""All but the process namespace, into which one can only be born."""


def live(birth: Birth, init: int, descriptors: list[int], program: bytes) -> NoReturn:
    """Become the learner's program in the room of `init`; `descriptors` are three streams, then control groups."""
    streams, groups = descriptors[:STREAMS], descriptors[STREAMS:]
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        join(groups)
        kernel.set_namespaces(init, SPACES)
        os.setsid()
        kernel.name_process("python")
        for target, descriptor in enumerate(streams):
            os.dup2(descriptor, target)
        os.closerange(STREAMS, os.sysconf("SC_OPEN_MAX"))
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
