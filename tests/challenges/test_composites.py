"""Composite scores: stated in YAML, normalised part by part, resampled in pairs, shown with their parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

import challenges
from challenges.errors import InvalidChallenge
from challenges.evaluation import Evaluation
from challenges.scoring import Scores, better_by, bootstrap, score
from challenges.spec import MetricSpec

WEIGHTED = """
primary:
  id: weighted
  label: score
  parts:
    - {weight: 3, floor: 5, ceiling: 1, metric: {id: mae, truth: price, predictions: price}}
    - {metric: {id: accuracy, truth: kind, predictions: kind}}
secondary:
  - {id: rmse, truth: price, predictions: price}
unit: house
"""

GATED = """
primary:
  id: gated
  parts:
    - {metric: {id: accuracy, truth: kind, predictions: kind}}
    - {passes: 2, metric: {id: mae, truth: price, predictions: price}}
"""

PRODUCT = """
primary:
  id: product
  parts:
    - {metric: {id: accuracy, truth: kind, predictions: kind}}
    - {floor: no_skill, ceiling: 0, metric: {id: mae, truth: price, predictions: price}}
"""


def spec(text: str) -> MetricSpec:
    return MetricSpec.model_validate(yaml.safe_load(text))


def evaluation(error: float = 2.0, rows: int = 40) -> Evaluation:
    """Prices off by `error`, three kinds of four right; the even rows are public."""
    place = np.arange(rows)
    kind = place % 3
    return Evaluation(
        truth={"price": place.astype(float), "kind": kind, "no_skill": np.where(place % 2 == 0, 4.0, 8.0)},
        predictions={"price": place + error, "kind": np.where(place % 4 // 2 + place % 8 // 4 == 2, -1, kind)},
        public=place % 2 == 0,
        unit=place,
    )


def scores(text: str, error: float = 2.0) -> Scores:
    return score(spec(text), evaluation(error), seed="edition")


def test_a_weighted_score_brings_every_part_to_0_to_1() -> None:
    # an MAE of 2 between 5 and 1 is 0.75, weighing 3; an accuracy of 0.75 is itself, weighing 1
    found = scores(WEIGHTED)
    assert found.public.primary.value == pytest.approx((3 * 0.75 + 0.75) / 4)


def test_a_part_beyond_its_ends_counts_0_or_1() -> None:
    assert scores(WEIGHTED, 0.5).public.primary.value == pytest.approx((3 * 1 + 0.75) / 4)
    assert scores(WEIGHTED, 90.0).public.primary.value == pytest.approx((3 * 0 + 0.75) / 4)


def test_the_board_shows_the_parts_before_the_other_metrics() -> None:
    found = scores(WEIGHTED)
    assert list(found.public.secondary.items()) == [("mae", 2.0), ("accuracy", 0.75), ("rmse", 2.0)]


def test_a_gate_counts_no_further_than_that_it_is_passed() -> None:
    assert scores(GATED, 0.1).public.primary.value == pytest.approx(0.75)
    assert scores(GATED, 2.0).public.primary.value == pytest.approx(0.75)
    assert scores(GATED, 2.001).public.primary.value == 0.0


def test_an_end_may_come_from_the_truth_split_by_split() -> None:
    # an MAE of 2 between 4 and 0 on public rows, between 8 and 0 on private ones
    found = scores(PRODUCT)
    assert found.public.primary.value == pytest.approx(0.75 * 0.5)
    assert found.private.primary.value == pytest.approx(0.75 * 0.75)


def test_a_composite_is_resampled_as_its_parts_are() -> None:
    given, use = evaluation(), spec(WEIGHTED).primary
    spread = bootstrap(use, given, given.public, seed="edition")
    mae, accuracy = (bootstrap(part.metric, given, given.public, seed="edition") for part in use.parts)
    assert spread == pytest.approx((3 * np.clip((mae - 5) / -4, 0, 1) + accuracy) / 4)
    found = scores(WEIGHTED).public
    assert found.primary.standard_error > 0
    assert found.spread.shape == spread.shape


def test_more_of_a_composite_is_better() -> None:
    assert better_by(spec(WEIGHTED).primary, 0.7, 0.5) == pytest.approx(0.2)


def test_a_composite_may_be_a_part() -> None:
    nested = {"primary": {"id": "weighted", "parts": [
        {"metric": {"label": "inner", **yaml.safe_load(GATED)["primary"]}},
        {"metric": {"id": "accuracy", "truth": "kind", "predictions": "kind"}},
    ]}}  # fmt: skip
    found = score(MetricSpec.model_validate(nested), evaluation(9.0), seed="edition")
    assert found.public.primary.value == pytest.approx((0 + 0.75) / 2)
    assert found.public.secondary == {"inner": 0.0, "accuracy": 0.75}


def test_reading_a_spec_twice_shows_the_parts_once() -> None:
    once = spec(WEIGHTED)
    assert MetricSpec.model_validate(once.model_dump()) == once


PART: dict[str, Any] = {"metric": {"id": "accuracy"}}
GATE: dict[str, Any] = {"passes": 0.5, "metric": {"id": "f1"}}


@pytest.mark.parametrize(
    ("primary", "message"),
    [
        ({"id": "weighted"}, "weighted needs `parts`"),
        ({"id": "rmse", "parts": [PART]}, "rmse takes no `parts`"),
        ({"id": "weighted", "truth": "y", "parts": [PART]}, "takes no truth, predictions or params"),
        ({"id": "product", "parts": [{**PART, "weight": 2}]}, "product takes no weights"),
        ({"id": "gated", "parts": [PART]}, "a gated score needs"),
        ({"id": "gated", "parts": [GATE]}, "a gated score needs"),
        ({"id": "weighted", "parts": [PART, GATE]}, "no other score has gates"),
        ({"id": "gated", "parts": [PART, {**GATE, "floor": 0}]}, "takes no weight, floor or ceiling"),
        ({"id": "weighted", "parts": [{**PART, "weight": 0}]}, "greater than 0"),
        ({"id": "weighted", "parts": [PART, PART]}, "two metrics are called 'accuracy'"),
    ],
)
def test_a_composite_that_cannot_be_is_refused_when_it_is_read(primary: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MetricSpec.model_validate({"primary": primary})


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ({}, "mae: has no floor of its own"),
        ({"floor": 1, "ceiling": 5}, "expected a ceiling better than the floor, found 1.0 to 5.0"),
        ({"floor": 0}, "expected a ceiling better than the floor, found 0.0 to 0"),
        ({"floor": "prise", "ceiling": 0}, "'prise' is no column of the truth"),
        ({"floor": "price", "ceiling": 0}, "expected one value of 'price' on all rows of a split, found 20"),
    ],
)
def test_a_part_without_ends_is_a_fault_of_the_challenge(ends: dict[str, Any], message: str) -> None:
    part = {"metric": {"id": "mae", "truth": "price", "predictions": "price"}, **ends}
    stated = MetricSpec.model_validate({"primary": {"id": "weighted", "parts": [part]}})
    with pytest.raises(InvalidChallenge, match=message):
        score(stated, evaluation(), seed="edition")


def test_the_composites_of_the_readme_can_be_read() -> None:
    text = (Path(challenges.__file__).parent / "README.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in text.split("```yaml\n")[1:]]
    blocks = [block for block in blocks if block.startswith("primary:")]
    assert [spec(block).primary.id for block in blocks] == ["weighted", "gated"]
