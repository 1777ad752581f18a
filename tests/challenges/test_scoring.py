"""Scores carry an honest error: against closed forms, by units, and paired between submissions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from challenges.errors import InvalidChallenge
from challenges.evaluation import Evaluation
from challenges.metrics.registry import METRICS
from challenges.scoring import better_by, bootstrap, compute, metric_of, score
from challenges.spec import MetricSpec, MetricUse
from challenges.uncertainty import resampling

ACCURACY = MetricUse(id="accuracy")
SEED = "edition digest"


def evaluation(truth: Any, predictions: Any, *, public: Any = None, unit: Any = None) -> Evaluation:
    rows = len(truth)
    return Evaluation(
        truth={"y": np.asarray(truth)},
        predictions={"y": np.asarray(predictions)},
        public=np.zeros(rows, dtype=bool) if public is None else np.asarray(public),
        unit=np.arange(rows) if unit is None else np.asarray(unit),
    )


def error_of(use: MetricUse, given: Evaluation) -> float:
    values = bootstrap(use, given, ~given.public, seed=SEED)
    return float(values.std(ddof=1))


def noisy(rows: int = 2000, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    return truth, np.where(rng.random(rows) < 0.8, truth, 1 - truth)


def test_the_error_of_an_accuracy_agrees_with_the_binomial() -> None:
    truth, predictions = noisy()
    share = (truth == predictions).mean()
    expected = np.sqrt(share * (1 - share) / len(truth))
    assert error_of(ACCURACY, evaluation(truth, predictions)) == pytest.approx(expected, rel=0.15)


def test_the_error_of_a_mean_absolute_error_agrees_with_the_standard_error_of_a_mean() -> None:
    rng = np.random.default_rng(1)
    errors = rng.exponential(size=1500)
    expected = errors.std() / np.sqrt(len(errors))
    given = evaluation(np.zeros(len(errors)), errors)
    assert error_of(MetricUse(id="mae"), given) == pytest.approx(expected, rel=0.15)


def test_a_part_that_was_left_out_leaves_its_metric_out() -> None:
    truth, predictions = noisy(rows=40)
    metric = MetricSpec(
        primary=MetricUse(id="accuracy", truth="y", predictions="y"),
        secondary=(
            MetricUse(id="f1", truth="y", predictions="y"),
            MetricUse(id="recall", truth="y", predictions="extra"),
        ),
    )
    given = Evaluation(
        truth={"y": truth},
        predictions={"y": predictions, "extra": np.full(40, None, dtype=object)},
        public=np.arange(40) < 20,
        unit=np.arange(40),
    )
    assert list(score(metric, given, seed=SEED).public.secondary) == ["f1"]


def test_rows_of_one_unit_are_drawn_together() -> None:
    truth, predictions = noisy(rows=400)
    repeated = evaluation(np.repeat(truth, 5), np.repeat(predictions, 5), unit=np.repeat(np.arange(400), 5))
    assert error_of(ACCURACY, repeated) == pytest.approx(error_of(ACCURACY, evaluation(truth, predictions)))


def test_the_figures_of_the_rows_are_made_once_for_the_spread_and_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    wer = METRICS["wer"]

    def row_sums(truth: Any, predictions: Any, **params: Any) -> Any:
        asked.append(len(truth))
        assert wer.row_sums is not None
        return wer.row_sums(truth, predictions, **params)

    truth = np.array(["a b c", "d e", "f", "g h i j"] * 10, dtype=object)
    given = evaluation(truth, np.array(["a b", "d e", "f f", "g h i j"] * 10, dtype=object), public=np.arange(40) < 16)
    metric = MetricSpec(primary=MetricUse(id="wer"))
    expected = score(metric, given, seed=SEED)
    monkeypatch.setitem(METRICS, "wer", replace(wer, row_sums=row_sums))
    found = score(metric, given, seed=SEED)
    assert asked == [16, 24]
    assert found.private.primary == expected.private.primary
    assert np.array_equal(
        found.private.spread, bootstrap(MetricUse(id="wer"), given, ~given.public, seed=f"{SEED}|private")
    )


def test_units_of_unequal_size_weigh_by_their_rows() -> None:
    truth, predictions = np.array([1, 1, 1, 0]), np.array([1, 1, 1, 1])
    values = bootstrap(ACCURACY, evaluation(truth, predictions, unit=[7, 7, 7, 3]), np.ones(4, bool), seed=SEED)
    assert {round(float(value), 9) for value in values} == {0.0, 0.75, 1.0}


def texts(rows: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = [" ".join(rng.choice(["a", "b", "c"], rng.integers(1, 9))) for _ in range(rows)]
    return np.array(truth), np.array([line.replace("a", "x") if rng.random() < 0.5 else line for line in truth])


def test_a_ratio_of_sums_is_resampled_as_a_ratio_of_sums() -> None:
    truth, predictions = texts(120, seed=2)
    unit = np.arange(120) // 4
    given = evaluation(truth, predictions, unit=unit)
    values = bootstrap(MetricUse(id="wer"), given, np.ones(120, bool), seed=SEED)
    for counts, value in zip(resampling.counts(SEED, 30)[:10], values[:10], strict=True):
        rows = np.repeat(np.arange(120), counts[unit])
        assert value == pytest.approx(metric_of(MetricUse(id="wer")).function(truth[rows], predictions[rows]))


def test_two_submissions_are_resampled_alike() -> None:
    truth, good = noisy(seed=3)
    worse = good.copy()
    worse[:20] = 1 - truth[:20]
    first, second = (bootstrap(ACCURACY, evaluation(truth, p), np.ones(2000, bool), seed=SEED) for p in (good, worse))
    apart = np.sqrt(first.var() + second.var())
    assert (first - second).std() < apart / 4
    assert np.array_equal(first, bootstrap(ACCURACY, evaluation(truth, good), np.ones(2000, bool), seed=SEED))
    other = bootstrap(ACCURACY, evaluation(truth, good), np.ones(2000, bool), seed="another edition")
    assert not np.array_equal(first, other)


def test_a_resample_on_which_a_metric_is_not_defined_is_left_out_of_the_error() -> None:
    truth = np.array([1] + [0] * 5)
    given = evaluation(np.tile(truth, 2), np.tile([0.9, 0.1, 0.2, 0.3, 0.95, 0.5], 2), public=[True] * 6 + [False] * 6)
    private = score(MetricSpec(primary=MetricUse(id="roc_auc")), given, seed=SEED).private
    undefined = np.isnan(private.spread)
    assert 0.2 < undefined.mean() < 0.5  # one of six rows is missing from (5/6)^6 = 33 % of the draws
    assert private.primary.standard_error == pytest.approx(private.spread[~undefined].std(ddof=1))


def test_both_splits_are_scored_apart_with_all_metrics() -> None:
    given = evaluation([1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1], public=[True, True, False, False, False, False])
    spec = MetricSpec(primary=ACCURACY, secondary=(MetricUse(id="recall", label="found"),))
    scores = score(spec, given, seed=SEED)
    assert (scores.public.primary.value, scores.private.primary.value) == (0.5, 0.75)
    assert (scores.public.rows, scores.private.rows) == (2, 4)
    assert (scores.public.secondary, scores.private.secondary) == ({"found": 0.5}, {"found": 1.0})


def slices(where: Any) -> Evaluation:
    return Evaluation(
        truth={"y": np.array([1, 1, 0, 0]), "promoted": np.asarray(where)},
        predictions={"y": np.array([1, 0, 0, 1])},
        public=np.array([True, True, False, False]),
        unit=np.arange(4),
    )


WHOLE = MetricUse(id="accuracy", truth="y", predictions="y")
PROMOTED = MetricUse(id="accuracy", truth="y", predictions="y", where="promoted", label="when promoted")


def test_a_secondary_metric_may_look_at_some_rows_only() -> None:
    """Public rows: right, wrong; private rows: right, wrong. The first of each is promoted."""
    scores = score(MetricSpec(primary=WHOLE, secondary=(PROMOTED,)), slices([1, 0, 1, 0]), seed=SEED)
    assert (scores.public.primary.value, scores.private.primary.value) == (0.5, 0.5)
    assert (scores.public.secondary, scores.private.secondary) == ({"when promoted": 1.0}, {"when promoted": 1.0})


def test_a_split_without_such_rows_does_not_show_their_metric() -> None:
    scores = score(MetricSpec(primary=WHOLE, secondary=(PROMOTED,)), slices([False, False, True, True]), seed=SEED)
    assert (scores.public.secondary, scores.private.secondary) == ({}, {"when promoted": 0.5})


def test_a_slice_may_be_a_fact_that_learners_know() -> None:
    given = slices([1, 0, 1, 0])
    given = Evaluation(
        truth={"y": given.truth["y"]},
        predictions=given.predictions,
        public=given.public,
        unit=given.unit,
        facts={"promoted": np.array([0, 1, 0, 1])},
    )
    assert compute(PROMOTED, given, np.ones(4, bool)) == 0.0


def test_all_lines_of_a_group_say_whether_it_is_looked_at() -> None:
    given = slices([1, 0, 1, 0])
    lines = np.empty(4, dtype=object)
    lines[:] = [np.array([1, 1]), np.array([0]), np.array([1]), np.array([0, 0, 0])]
    given = Evaluation(
        truth={**given.truth, "promoted": lines}, predictions=given.predictions, public=given.public, unit=given.unit
    )
    assert compute(PROMOTED, given, np.ones(4, bool)) == 1.0
    lines[3] = np.array([0, 1, 0, 0])
    with pytest.raises(InvalidChallenge, match=r"row 3: expected 0 or 1, found 0.25"):
        compute(PROMOTED, given, np.ones(4, bool))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("promotion", "when promoted: where: 'promotion' is neither a column of the truth nor a fact"),
        ("y", "when promoted: where: 'y', row 2: expected 0 or 1, found 2"),
    ],
)
def test_rows_are_chosen_by_a_column_of_yes_and_no(where: str, message: str) -> None:
    given = slices([1, 0, 1, 0])
    given = Evaluation(
        truth={**given.truth, "y": np.array([1, 1, 2, 0])},
        predictions=given.predictions,
        public=given.public,
        unit=given.unit,
    )
    with pytest.raises(InvalidChallenge, match=message):
        compute(PROMOTED.model_copy(update={"where": where}), given, np.ones(4, bool))


def test_better_follows_the_direction_of_the_metric() -> None:
    assert better_by(ACCURACY, 0.9, 0.7) == pytest.approx(0.2)
    assert better_by(MetricUse(id="rmse"), 0.9, 0.7) == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (MetricUse(id="acuracy"), r"not in the registry; known are .*\baccuracy\b"),
        (MetricUse(id="accuracy", params={"treshold": 0.5}), "no parameter 'treshold'; known are positive, threshold"),
        (MetricUse(id="accuracy", truth="z"), "truth: found 'z', expected one of the columns y"),
        (MetricUse(id="accuracy", predictions="z"), "predictions: found 'z', expected one of the columns y"),
        (MetricUse(id="r2"), "metric r2 on 3 rows: truth is constant"),
    ],
)
def test_a_metric_that_does_not_bind_is_the_authors_fault(use: MetricUse, message: str) -> None:
    with pytest.raises(InvalidChallenge, match=message):
        compute(use, evaluation([1, 1, 1], [1, 0, 1]), np.ones(3, bool))


def test_with_several_columns_a_metric_must_say_which() -> None:
    rows = np.ones(2, bool)
    given = Evaluation(
        truth={"a": np.array([1, 0]), "b": np.array([1, 1])},
        predictions={"a": np.array([1, 1])},
        public=rows,
        unit=np.arange(2),
    )
    with pytest.raises(InvalidChallenge, match="expected one of the columns a, b"):
        compute(ACCURACY, given, rows)
    assert compute(MetricUse(id="accuracy", truth="b"), given, rows) == 1.0
