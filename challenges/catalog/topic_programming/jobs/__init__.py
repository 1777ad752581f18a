"""The thirty-seven jobs: for each a maker of cases, from plain to nasty, and the track that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from numpy.random import Generator

from challenges.catalog.topic_programming.jobs import arrays, classes, core, files, repairs, tables
from challenges.catalog.topic_programming.jobs.asking import Asked

Maker = Callable[[Generator], Iterable[Asked]]

TRACKS = {"core": 0.30, "classes": 0.20, "files": 0.10, "arrays": 0.20, "tables": 0.15, "repairs": 0.05}
"""Track -> weight, shared evenly by its jobs."""

JOBS: dict[str, tuple[str, Maker]] = {
    name: (track, maker)
    for track, module in {
        "core": core.MAKERS,
        "classes": classes.MAKERS,
        "files": files.MAKERS,
        "arrays": arrays.MAKERS,
        "tables": tables.MAKERS,
        "repairs": repairs.MAKERS,
    }.items()
    for name, maker in module.items()
}
