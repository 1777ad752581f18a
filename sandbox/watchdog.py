"""The judge's own clock and scales, in a thread beside every run: the first limit that is passed kills the box."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.box import Box, Sample
from sandbox.contract import Limits, Outcome, Usage
from sandbox.timeline import Timeline

TICK_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Breach:
    """Which limit was passed."""

    outcome: Outcome
    note: str


class Watchdog(threading.Thread):
    """Starts with the learner's program; `stop` when it has ended."""

    def __init__(self, box: Box, limits: Limits, cancelled: Callable[[], bool]) -> None:
        super().__init__(name="sandbox-watchdog", daemon=True)
        self._box = box
        self._limits = limits
        self._cancelled = cancelled
        self._done = threading.Event()
        self._before = Sample()
        self.breach: Breach | None = None
        self.failure: Exception | None = None
        self.started_at = 0.0
        self.cpu_s: float | None = None
        self.peak_memory_mb: float | None = None
        self.peak_gpu_memory_mb: float | None = None
        self._timeline = Timeline()

    def start(self) -> None:
        self._before = self._box.sample()
        self.started_at = time.monotonic()
        super().start()

    def stop(self) -> None:
        self._done.set()
        if self.is_alive():
            self.join()

    def remaining_s(self) -> float:
        return self.started_at + self._limits.wall_s - time.monotonic()

    def run(self) -> None:
        try:
            self._watch()
        except Exception as error:
            # Nobody would watch the limits any longer; whoever waits for the result raises it.
            self.failure = error
            self._box.kill()

    def _watch(self) -> None:
        while not self._done.wait(min(TICK_S, max(self.remaining_s(), 0.001))):
            breach = self._passed(self.take())
            if breach is not None and not self._done.is_set():
                self.breach = breach
                self._box.kill()
                return

    def take(self) -> Sample:
        """Measure and remember."""
        sample = self._box.sample()
        if sample.cpu_s is not None:
            self.cpu_s = max(self.cpu_s or 0.0, sample.cpu_s - (self._before.cpu_s or 0.0))
        if sample.memory_mb is not None:
            self.peak_memory_mb = max(self.peak_memory_mb or 0.0, sample.memory_mb)
        if sample.gpu_memory_mb is not None:
            self.peak_gpu_memory_mb = max(self.peak_gpu_memory_mb or 0.0, sample.gpu_memory_mb)
        self._timeline.add(time.monotonic() - self.started_at, sample, cpu_s=self.cpu_s)
        return sample

    def used(self, *, wall_s: float) -> Usage:
        """Return what was measured, once the run has ended."""
        return Usage(
            wall_s=wall_s,
            cpu_s=self.cpu_s,
            peak_memory_mb=self.peak_memory_mb,
            peak_gpu_memory_mb=self.peak_gpu_memory_mb,
            timeline=self._timeline.moments(),
        )

    def _passed(self, sample: Sample) -> Breach | None:
        limits = self._limits
        if self._cancelled():
            return Breach(outcome=Outcome.CANCELLED, note="the program was stopped at its owner's wish")
        if self.remaining_s() <= 0:
            note = f"the program ran for more than {limits.wall_s:g} seconds and was stopped"
            return Breach(outcome=Outcome.TIMED_OUT, note=note)
        if self.cpu_s is not None and self.cpu_s > limits.cpu_s:
            note = f"the program used {self.cpu_s:.1f} seconds of processor time, the limit is {limits.cpu_s:g}"
            return Breach(outcome=Outcome.TIMED_OUT, note=note)
        if sample.memory_mb is not None and not self._box.enforces_memory and sample.memory_mb > limits.memory_mb:
            note = f"the program used {sample.memory_mb:.0f} MB of memory, the limit is {limits.memory_mb} MB"
            return Breach(outcome=Outcome.OUT_OF_MEMORY, note=note)
        if sample.output_mb is not None and sample.output_mb > limits.output_mb:
            note = f"/output held {sample.output_mb:.0f} MB, the limit is {limits.output_mb} MB"
            return Breach(outcome=Outcome.OUTPUT_TOO_LARGE, note=note)
        if sample.output_files is not None and sample.output_files > limits.output_files:
            note = f"/output held more than {limits.output_files} files"
            return Breach(outcome=Outcome.OUTPUT_TOO_LARGE, note=note)
        return None
