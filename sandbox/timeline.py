"""What a run used over time, in few points however long it lasts.

Points are joined in pairs when there are too many, so that each covers a longer stretch. Few and rounded they are on
purpose: a program on hidden data decides how much it uses, and what its owner is shown must not carry that data out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.box import Sample
from sandbox.contract import Moment

MOST = 30
BLINK_S = 0.02
"""A stretch so short, as the one of the last look can be, says nothing of how busy the processors were."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One stretch, not yet rounded."""

    from_s: float
    until_s: float
    cpu_s: float | None
    """Used within the stretch."""
    memory_mb: float | None
    gpu_busy: float | None
    gpu_memory_mb: float | None


class Timeline:
    """Collects samples; not thread-safe."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self._until_s = 0.0
        self._cpu_s = 0.0
        self._least_s = 0.0

    def add(self, at_s: float, sample: Sample, *, cpu_s: float | None) -> None:
        """Take in a sample at `at_s` seconds after the start, with the processor time of the whole run so far."""
        known = (sample.cpu_s, sample.memory_mb, sample.gpu_busy, sample.gpu_memory_mb)
        if at_s <= self._until_s or all(value is None for value in known):
            return
        used_s = None if cpu_s is None else cpu_s - self._cpu_s
        new = Stretch(
            from_s=self._until_s,
            until_s=at_s,
            cpu_s=used_s,
            memory_mb=sample.memory_mb,
            gpu_busy=sample.gpu_busy,
            gpu_memory_mb=sample.gpu_memory_mb,
        )
        self._until_s, self._cpu_s = at_s, cpu_s or self._cpu_s
        last = self._stretches[-1] if self._stretches else None
        if last is not None and (last.until_s - last.from_s < self._least_s or at_s - last.until_s < BLINK_S):
            self._stretches[-1] = _joined(last, new)
        else:
            self._stretches.append(new)
        if len(self._stretches) > MOST:
            pairs = zip(self._stretches[::2], [*self._stretches[1::2], None], strict=False)
            self._stretches = [first if second is None else _joined(first, second) for first, second in pairs]
            self._least_s = 0.9 * max(stretch.until_s - stretch.from_s for stretch in self._stretches[:-1])

    def moments(self) -> tuple[Moment, ...]:
        """Return the stretches in order, to two significant digits."""
        return tuple(
            Moment(
                until_s=round(stretch.until_s, 2),
                cpus=_rounded(_share(stretch.cpu_s, stretch.until_s - stretch.from_s)),
                memory_mb=_rounded(stretch.memory_mb),
                gpu_busy=_rounded(stretch.gpu_busy),
                gpu_memory_mb=_rounded(stretch.gpu_memory_mb),
            )
            for stretch in self._stretches
        )


def _joined(first: Stretch, second: Stretch) -> Stretch:
    return Stretch(
        from_s=first.from_s,
        until_s=second.until_s,
        cpu_s=_sum(first.cpu_s, second.cpu_s),
        memory_mb=_highest(first.memory_mb, second.memory_mb),
        gpu_busy=_mean(first, second),
        gpu_memory_mb=_highest(first.gpu_memory_mb, second.gpu_memory_mb),
    )


def _mean(first: Stretch, second: Stretch) -> float | None:
    told = [(one.gpu_busy, one.until_s - one.from_s) for one in (first, second) if one.gpu_busy is not None]
    return sum(busy * lasted_s for busy, lasted_s in told) / sum(lasted_s for _, lasted_s in told) if told else None


def _sum(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _highest(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _share(used_s: float | None, lasted_s: float) -> float | None:
    return None if used_s is None else max(used_s, 0.0) / lasted_s


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.2g}")
