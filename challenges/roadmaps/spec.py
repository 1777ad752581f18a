"""A roadmap file as a strict, frozen type.

Roadmap
 └── stages     in order; a roadmap of several tracks names the track of each
      └── rows  projects in order, each served by a challenge of its own or by that of another row
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, model_validator

from challenges.spec import Level
from challenges.strict import Strict

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
ROW_ID = r"^(V|DC|ML|DL|CV|TP)-\d{2}$"


class Ratings(Strict):
    """What a roadmap says of a project, each out of ten."""

    difficulty: int = Field(ge=1, le=10)
    resume: int = Field(ge=1, le=10)
    learning: int = Field(ge=1, le=10)
    impact: int = Field(ge=1, le=10)


class Row(Strict):
    """One project."""

    id: str = Field(pattern=ROW_ID)
    title: str = Field(max_length=80)
    level: Level
    ratings: Ratings | None = None
    teaches: str = Field(min_length=40, max_length=300)
    needs: tuple[str, ...] = ()
    """Rows of the same roadmap, further up, whose skills this one builds on."""
    challenge: str | None = Field(default=None, pattern=SLUG)
    """The challenge that serves it, built or not."""
    same_as: str | None = Field(default=None, pattern=ROW_ID)
    """The row whose challenge it shares."""

    @model_validator(mode="after")
    def _is_served_once(self) -> Row:
        if (self.challenge is None) == (self.same_as is None):
            raise ValueError("a row has either `challenge` or `same_as`")
        return self


class Stage(Strict):
    title: str = Field(max_length=60)
    track: str | None = Field(default=None, max_length=60)
    rows: tuple[Row, ...] = Field(min_length=1)


class Roadmap(Strict):
    """Everything that a roadmap's file says."""

    slug: str = Field(pattern=SLUG)
    title: str = Field(max_length=80)
    summary: str = Field(max_length=300)
    stages: tuple[Stage, ...] = Field(min_length=1)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for stage in self.stages for row in stage.rows)

    @model_validator(mode="after")
    def _order_makes_sense(self) -> Roadmap:
        seen: set[str] = set()
        for row in self.rows:
            late = [needed for needed in row.needs if needed not in seen]
            if row.id in seen:
                raise ValueError(f"two rows are called {row.id}")
            if late:
                raise ValueError(f"{row.id} needs {', '.join(late)}, which no row before it is called")
            seen.add(row.id)
        return self

    @model_validator(mode="after")
    def _tracks_hang_together(self) -> Roadmap:
        tracks = [stage.track for stage in self.stages]
        if None in tracks and any(tracks):
            raise ValueError("either every stage names its track or none does")
        if len(set(tracks)) != sum(1 for _ in _runs(tracks)):
            raise ValueError("the stages of a track stand together")
        return self


def _runs(values: list[str | None]) -> Iterator[str | None]:
    """Yield each value once for every stretch of its repetition."""
    for position, value in enumerate(values):
        if position == 0 or values[position - 1] != value:
            yield value
