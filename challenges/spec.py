"""challenge.yaml as a strict, frozen type: unknown keys are refused, with the file and the line.

ChallengeSpec
 ├── answer    the file or files that are scored; answers.py              (predictions, code)
 ├── program   what is run and under which limits                         (code, interactive)
 ├── metric    primary and secondary metrics, bound to columns
 ├── board     which submissions count, how many a day
 └── plots     what is drawn of the public rows
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from challenges.answers import Answer, BundleAnswer
from challenges.strict import Strict, read_yaml


class Kind(StrEnum):
    PREDICTIONS = "predictions"
    CODE = "code"
    INTERACTIVE = "interactive"


class Size(StrEnum):
    SMALL = "small"
    FULL = "full"


class Level(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"


class Counts(StrEnum):
    """Which of a team's submissions stands on the board."""

    BEST = "best"
    LAST = "last"
    CHOSEN = "chosen"


class PerSize(Strict):
    small: float
    full: float

    def of(self, size: Size) -> float:
        return self.small if size is Size.SMALL else self.full


class ProgramSpec(Strict):
    """What is run in the sandbox."""

    entry: str = "main.py"
    """File that is run; a lone .py or .ipynb upload takes this place (unless `required` names another)."""
    required: tuple[str, ...] = ()
    """Files that the learner must hand in when the entry is one of ours (kit/); a lone .py upload becomes the first."""
    acts: tuple[str, ...] = ()
    """Files of which the learner hands in one at least, when the entry is one of ours; a lone .py upload becomes the
    act whose name it has, else the first. What a missing act earns is the referee's to say."""
    kit: bool = False
    """Whether kit/ of the challenge folder is published and laid over the learner's files."""
    kit_of: str | None = Field(default=None, pattern=r"^[a-z_]+$")
    """A world whose kit (challenges/worlds/<name>/kit/) is published with the challenge's own."""
    accepts: tuple[Literal["py", "ipynb", "zip"], ...] = ("py", "ipynb", "zip")
    max_mb: float = 20.0
    banned_imports: tuple[str, ...] = ()
    wall_s: PerSize
    cpu_s: PerSize | None = None
    ready_s: float = 20.0
    """How long a conversing program may take to say ready: imports, loading, fitting."""
    memory_mb: int = 2048
    cpus: float = 2.0
    output_mb: int = 64
    mount_public: bool = True
    """Whether the public files appear in /data beside the hidden inputs."""
    log: Literal["error", "tail"] = "error"
    """What a learner sees of a run on hidden data: the last exception only, or the tails of both streams."""
    gpu: Literal["none", "optional", "required"] = "none"

    @property
    def script(self) -> str:
        """What a lone .py upload becomes, unless it has the name of an act."""
        return (*self.acts, *self.required, self.entry)[0]

    @model_validator(mode="after")
    def _parts_of_the_kit_fit(self) -> ProgramSpec:
        if self.required and self.acts:
            raise ValueError("a program has `required` files or `acts`, not both")
        if self.kit_of is not None and not self.kit:
            raise ValueError("`kit_of` needs `kit: true`: it is published with the challenge's own kit")
        return self


COMPOSITES = ("weighted", "product", "gated")
"""Metrics that are made of others; challenges/metrics/composites.py."""


class Part(Strict):
    """One metric of a composite score, brought to 0 (no skill) .. 1 (the best)."""

    metric: MetricUse
    weight: float | None = Field(default=None, gt=0)
    """In a weighted score; 1 where nothing is said."""
    floor: float | str | None = None
    ceiling: float | str | None = None
    """Values without skill and of the best, or columns of the truth with them; by default the metric's own ends."""
    passes: float | None = None
    """Makes the part a gate of a gated score: it must be this good at least, and counts no further."""

    @model_validator(mode="after")
    def _a_gate_has_no_scale(self) -> Part:
        if self.passes is not None and (self.floor, self.ceiling, self.weight) != (None, None, None):
            raise ValueError("a part with `passes` is a gate; it takes no weight, floor or ceiling")
        return self


class MetricUse(Strict):
    id: str
    """A row of challenges/metrics/registry.py."""
    parts: tuple[Part, ...] = ()
    """What a composite score (weighted, product, gated) is made of; the board shows every part beside it."""
    truth: str | None = None
    predictions: str | None = None
    """Columns that the metric compares; both default to the only column of the answer."""
    params: dict[str, float | int | str | bool] = Field(default_factory=dict)
    where: str | None = None
    """A column of the truth or one of its facts: only rows where it is true count. Of a secondary metric: how good is
    the forecast of promoted days?"""
    label: str | None = None
    """What the board calls it; defaults to the id."""
    digits: int = Field(default=4, ge=0, le=8)

    @property
    def name(self) -> str:
        return self.label or self.id

    @model_validator(mode="after")
    def _parts_fit_the_composite(self) -> MetricUse:
        gates = [part.passes is not None for part in self.parts]
        if (self.id in COMPOSITES) != bool(self.parts):
            raise ValueError(f"{self.id} {'needs' if self.id in COMPOSITES else 'takes no'} `parts`")
        if self.id in COMPOSITES and (self.truth or self.predictions or self.params):
            raise ValueError(f"{self.id} takes no truth, predictions or params; its parts do")
        if self.id != "weighted" and any(part.weight is not None for part in self.parts):
            raise ValueError(f"{self.id} takes no weights")
        if (self.id == "gated") != any(gates) or (gates and all(gates)):
            raise ValueError(
                "a gated score needs a part that counts and a part with `passes`; no other score has gates"
            )
        return self


class MetricSpec(Strict):
    primary: MetricUse
    secondary: tuple[MetricUse, ...] = ()
    """What is shown beside the primary metric; the parts of a composite stand here of themselves, before the others."""
    unit: str = "row"
    """What the bootstrap resamples, in words: row, image, speaker, party, game."""

    @model_validator(mode="after")
    def _all_rows_count(self) -> MetricSpec:
        counting = (self.primary, *(part.metric for part in self.primary.parts))
        if any(use.where is not None for use in counting):
            raise ValueError("`where` is for secondary metrics; what counts looks at all rows")
        unnamed = next((use.id for use in self.secondary if use.where is not None and use.label is None), None)
        if unnamed is not None:
            raise ValueError(f"{unnamed} has `where`; give it a `label` that says on which rows")
        return self

    @model_validator(mode="after")
    def _parts_are_shown(self) -> MetricSpec:
        parts = tuple(part.metric for part in self.primary.parts)
        shown = (*parts, *(use for use in self.secondary if use not in parts))
        names = [use.name for use in (self.primary, *shown)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if self.primary.parts and twice is not None:
            raise ValueError(f"two metrics are called {twice!r}; give one of them a `label`")
        object.__setattr__(self, "secondary", shown)  # frozen for everybody else
        return self


class BoardSpec(Strict):
    counts: Counts = Counts.BEST
    chosen_max: int = 2
    per_day: int = Field(default=10, ge=1)
    ladder: bool = False
    """Whether a public score is shown only where it beats the team's best by more than chance explains."""


class PlotSpec(Strict):
    """What a learner is shown of a submission's public rows beside the score; see challenges/plots/discretion.py."""

    shown: bool = True
    worst: bool = False
    """Whether the rows that went worst are named with their score. That tells the truth of those rows."""


class ChallengeSpec(Strict):
    """Everything that challenge.yaml says."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str
    summary: str = Field(max_length=300)
    picture: str = Field(min_length=20, max_length=250)
    """What is seen in picture.webp, in one sentence: for whoever cannot see it."""
    design: str | None = Field(default=None, min_length=20, max_length=900)
    """What was built otherwise than planned for this project, and why, in one to three sentences for instructors."""
    version: int = Field(ge=1)
    roadmap: tuple[str, ...]
    level: Level
    domain: str
    kind: Kind
    answer: Answer | None = None
    program: ProgramSpec | None = None
    metric: MetricSpec
    board: BoardSpec = BoardSpec()
    plots: PlotSpec = PlotSpec()
    tags: tuple[str, ...] = ()
    gated_anchors: tuple[Literal["floor", "baseline", "reference", "ceiling"], ...] = ("floor", "baseline", "reference")
    """Neighbours in this list must be apart by more than three standard errors of their difference."""
    honest_signals: dict[Literal["file_size", "position", "id", "copies"], str] = Field(default_factory=dict)
    """Side channel -> why it may tell of the truth: a picture of a fuller frame is a larger file. Said, not hidden.
    `copies`: why the right answer of another row may do here: films that one viewer likes best please others too."""

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> ChallengeSpec:
        needs_answer = self.kind is not Kind.INTERACTIVE
        needs_program = self.kind is not Kind.PREDICTIONS
        if needs_answer != (self.answer is not None):
            raise ValueError(f"kind {self.kind} {'needs' if needs_answer else 'takes no'} `answer`")
        if needs_program != (self.program is not None):
            raise ValueError(f"kind {self.kind} {'needs' if needs_program else 'takes no'} `program`")
        return self

    @model_validator(mode="after")
    def _what_counts_is_not_optional(self) -> ChallengeSpec:
        if self.answer is not None and self.answer.optional:
            raise ValueError("only a part of a bundle may be optional")
        parts = self.answer.parts if isinstance(self.answer, BundleAnswer) else ()
        optional = {name for part in parts if part.optional for name in part.gives}
        counting = (self.metric.primary, *(part.metric for part in self.metric.primary.parts))
        spared = next((use.predictions for use in counting if use.predictions in optional), None)
        if spared is not None:
            raise ValueError(f"the primary metric needs {spared}, which is optional")
        return self


def parse(path: Path) -> ChallengeSpec:
    """Read a challenge.yaml. Raises InvalidChallenge naming file, line and key."""
    return read_yaml(path, ChallengeSpec)
