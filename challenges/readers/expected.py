"""What a reader must know about an edition and a learner may know too: the ids and the size of each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from challenges.answers import Answer
from challenges.evaluation import Truth, rows_by_group

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The rows that an answer must hold."""

    ids: Mapping[str, NDArray[Any]]
    """Name -> (n,) texts or integers, in the published order."""
    facts: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Name -> (n,) numbers: `width` and `height` of a frame in pixels."""

    @classmethod
    def of(cls, truth: Truth) -> Self:
        """Return the public half of a truth. A cell of ids that is an array stands for as many rows."""
        return cls(ids=_spread(truth.ids), facts=dict(truth.facts))

    def of_rows(self, name: str) -> Expected:
        """Return the same edition with one row for each distinct value of an id: the rows that a bundle speaks of."""
        ids = self.ids[name]
        first = np.array([rows[0] for rows in rows_by_group(ids)])
        facts = {fact: values[first] if len(values) == len(ids) else values for fact, values in self.facts.items()}
        return Expected(ids={name: ids[first]}, facts=facts)

    @cached_property
    def rows(self) -> int:
        return len(next(iter(self.ids.values())))

    @cached_property
    def keys(self) -> list[tuple[str, ...]]:
        """The ids of each row as an answer spells them."""
        return list(zip(*(map(str, ids.tolist()) for ids in self.ids.values()), strict=True))

    @cached_property
    def places(self) -> dict[tuple[str, ...], int]:
        """Where each row stands in the published order."""
        return {key: place for place, key in enumerate(self.keys)}

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return {part: {name: values.tolist() for name, values in getattr(self, part).items()} for part in _PARTS}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(**{part: {name: np.array(values) for name, values in raw[part].items()} for part in _PARTS})


_PARTS = ("ids", "facts")


@dataclass(frozen=True)
class AnswerFormat:
    """All that it takes to check an answer file, for us and for the learner's own machine."""

    answer: Answer
    expected: Expected

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes; it holds nothing that a learner may not see."""
        return {"answer": self.answer.model_dump(mode="json"), "expected": self.expected.to_json()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(_ANSWER.validate_python(raw["answer"]), Expected.from_json(raw["expected"]))


def _spread(ids: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    lengths = next(
        ([len(cell) for cell in values] for values in ids.values() if _holds_arrays(values)),
        None,
    )
    if lengths is None:
        return dict(ids)
    return {
        name: np.concatenate(list(values)) if _holds_arrays(values) else np.repeat(values, lengths)
        for name, values in ids.items()
    }


def _holds_arrays(values: NDArray[Any]) -> bool:
    return values.dtype == object and len(values) > 0 and isinstance(values[0], np.ndarray)
