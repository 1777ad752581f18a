"""Containers started ahead: made before they know their program, used once, removed in the background.

    run(spec) ──> take ──┬─ one waits for such a spec ──> fill it, hand it out      (milliseconds)
                         └─ none ──> the caller makes one the usual way             (a second of imports)
              afterwards: as many are started ahead as ran side by side lately, within the memory allowed

A container fits a spec if everything but the program is the same: image, limits, data, banned modules, libraries. It
holds the challenge's data, which every program of the challenge sees, and nothing of any learner. The first run of a
kind never starts one ahead; the second does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sandbox.contract import Gpu, RunSpec, Stage
from sandbox.docker.box import DockerBox
from sandbox.errors import SandboxError

logger = logging.getLogger(__name__)

IDLE_S = 600.0
"""How long one waits for a program, and how long a demand is remembered."""
SLOT_MB = 200
"""What a waiting container is taken to hold after its imports; with numpy, pandas and scikit-learn it is 160 MB."""
DEFAULT_MB = 1024
MOST_OF_A_KIND = 4
PROGRAM = Path("/nonexistent")
"""Stands for the program that is not known yet."""


class Makes(Protocol):
    def make_ahead(self, spec: RunSpec, *, idle_s: float) -> DockerBox: ...


@dataclass
class Kind:
    """All specs that differ in their program only."""

    spec: RunSpec
    asked_at: deque[float] = field(default_factory=lambda: deque(maxlen=64))
    waiting: deque[tuple[float, Future[DockerBox]]] = field(default_factory=deque)


class Pool:
    """The containers that this process has started ahead."""

    def __init__(self, *, memory_mb: int | None = None, from_the_first: bool = False) -> None:
        """`from_the_first` starts one ahead for the very first run of a kind, and waits for it: for tests."""
        setting = os.environ.get("JUDGE_POOL_MB")
        self._memory_mb = memory_mb if memory_mb is not None else int(setting) if setting else DEFAULT_MB
        self._from_the_first = from_the_first
        self._lock = threading.Lock()
        self._forget()

    def take(self, spec: RunSpec, maker: Makes) -> DockerBox | None:
        """Return a container that holds this program now, or None; and see to it that the next call finds one."""
        if self._memory_mb < SLOT_MB or spec.limits.gpu is not Gpu.NONE:
            return None
        with self._lock:
            if self._owner != os.getpid():
                self._forget()  # threads do not survive a fork, and these containers are our parent's
            kind = self._kinds.setdefault(_key(spec), Kind(spec=_without_program(spec)))
            kind.asked_at.append(time.monotonic())
            self._retire()
            if self._from_the_first and not kind.waiting:
                self._start(kind, maker)
            found = kind.waiting.popleft()[1] if kind.waiting else None
            for _ in range(self._wanted(kind) - len(kind.waiting)):
                self._start(kind, maker)
        return None if found is None else self._filled(found, spec)

    def close(self) -> None:
        """Remove all that wait for this process."""
        with self._lock:
            if self._owner != os.getpid():
                return
            for kind in self._kinds.values():
                while kind.waiting:
                    self._discard(kind.waiting.popleft()[1])
            self._keeper.shutdown()
            self._forget()

    def _forget(self) -> None:
        self._owner = os.getpid()
        self._kinds: dict[Hashable, Kind] = {}
        self._keeper = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox-pool")

    def _wanted(self, kind: Kind) -> int:
        """Return how many should wait: as many as were asked for lately within the time that one takes to start."""
        now = time.monotonic()
        if sum(now - asked < IDLE_S for asked in kind.asked_at) < 2:
            return 0
        lately = sum(now - asked < 2.0 for asked in kind.asked_at)
        others = sum(len(other.waiting) for other in self._kinds.values() if other is not kind)
        return min(max(1, lately), MOST_OF_A_KIND, self._memory_mb // SLOT_MB - others)

    def _start(self, kind: Kind, maker: Makes) -> None:
        kind.waiting.append((time.monotonic(), self._keeper.submit(maker.make_ahead, kind.spec, idle_s=IDLE_S)))

    def _filled(self, found: Future[DockerBox], spec: RunSpec) -> DockerBox | None:
        try:
            box = found.result()
        except SandboxError as error:
            logger.warning("a container could not be started ahead: %s", error)
            return None
        spec.on_stage(Stage.STAGING)
        try:
            box.fill(spec.work)
        except BaseException:
            box.close()
            raise
        box.later = self._keeper.submit
        return box

    def _retire(self) -> None:
        """Let those go that waited too long, and kinds that nobody asked for."""
        now = time.monotonic()
        for key, kind in list(self._kinds.items()):
            while kind.waiting and now - kind.waiting[0][0] > IDLE_S:
                self._discard(kind.waiting.popleft()[1])
            if not kind.waiting and now - kind.asked_at[-1] > IDLE_S:
                del self._kinds[key]

    def _discard(self, future: Future[DockerBox]) -> None:
        def remove() -> None:
            with contextlib.suppress(SandboxError):
                future.result().close()

        self._keeper.submit(remove)


def _without_program(spec: RunSpec) -> RunSpec:
    return replace(
        spec,
        work=PROGRAM,
        entry="",
        labels={},
        wanted_outputs=(),
        cancelled=lambda: False,
        on_stage=lambda stage: None,
        on_progress=lambda percent: None,
    )


def _key(spec: RunSpec) -> Hashable:
    return (spec.image, spec.limits, spec.data, spec.banned_imports, spec.preload, tuple(sorted(spec.env.items())))
