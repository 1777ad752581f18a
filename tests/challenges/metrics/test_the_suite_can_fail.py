"""A suite that cannot fail proves nothing: every check catches a metric that is broken in its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from challenges.metrics import curves, regression
from challenges.metrics.arrays import number_rows
from challenges.metrics.registry import METRICS
from challenges.metrics.types import Better, Effect, Metric, MetricError
from tests.challenges.metrics import checks
from tests.challenges.metrics.checks import CHECKS

MAE, RMSE, AUC, ACCURACY, ARI = (METRICS[name] for name in ("mae", "rmse", "roc_auc", "accuracy", "ari"))


def claiming(metric: Metric, **changed: Any) -> Metric:
    assert metric.claims is not None
    return replace(metric, claims=replace(metric.claims, **changed))


def plain(function: Callable[..., Any], metric: Metric = MAE, **changed: Any) -> Metric:
    """Return a metric that is only its function, written as carelessly as a test likes."""
    return replace(metric, function=function, row_scores=None, row_sums=None, from_sums=None, resampled=None, **changed)


def error(truth: Any, predictions: Any) -> Any:
    return np.abs(np.asarray(truth, dtype=np.float64) - np.asarray(predictions, dtype=np.float64))


def undocumented(truth: Any, predictions: Any) -> float:
    """Return the mean absolute error."""
    return regression.mae(truth, predictions)


def later_rows_weigh_more(truth: Any, predictions: Any) -> float:
    return float(np.average(error(*number_rows(truth, predictions)), weights=np.arange(1, len(truth) + 1)))


def first_of_equals_wins(truth: Any, predictions: Any) -> float:
    expected, found = number_rows(truth, predictions)
    return float(expected[np.argmax(found)])


def writes_into_its_input(truth: Any, predictions: Any) -> float:
    value = regression.mae(truth, predictions)
    predictions.setflags(write=True)
    predictions[0] = 0.0
    return value


class Remembers:
    """Scores are those of the call before."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, truth: Any, predictions: Any) -> float:
        value, self.last = self.last, regression.mae(truth, predictions)
        return value


def below_zero(truth: Any, predictions: Any) -> float:
    return regression.mae(truth, predictions) - 9.0


def often_undefined(truth: Any, predictions: Any) -> float:
    if predictions[0] > truth[0]:
        raise MetricError("expected a first row that is not exceeded")
    return regression.mae(truth, predictions)


def rewards_the_constant(truth: Any, predictions: Any) -> float:
    expected, found = number_rows(truth, predictions)
    return float(np.abs(found - expected).mean() + found.std())


def zero_of_nothing(truth: Any, predictions: Any) -> float:
    return 0.0 if len(truth) == 0 else regression.mae(truth, predictions)


def numpy_of_nothing(truth: Any, predictions: Any) -> float:
    return float(error(truth, predictions).max())


def shortest_side(truth: Any, predictions: Any) -> float:
    rows = min(len(truth), len(predictions))
    return regression.mae(truth[:rows], predictions[:rows])


def skips_what_is_not_finite(truth: Any, predictions: Any) -> float:
    kept = np.isfinite(predictions.astype(float))
    return regression.mae(truth[kept], predictions[kept])


def skips_rows_without_truth(truth: Any, predictions: Any) -> float:
    kept = np.isfinite(truth.astype(float))
    return regression.mae(truth[kept], predictions[kept])


def infinite_error(truth: Any, predictions: Any) -> float:
    regression.mae(truth, np.where(np.isnan(predictions.astype(float)), np.inf, 1.0))
    return float(error(truth, predictions).mean())


def narrow(truth: Any, predictions: Any) -> float:
    regression.mae(truth, predictions)
    return float((truth - predictions).__abs__().mean(dtype=truth.dtype if truth.dtype.itemsize < 8 else None))


def whole_numbers_differ(truth: Any, predictions: Any) -> float:
    return regression.mae(truth, predictions) + (predictions.dtype.kind == "i")


def needs_this_machines_bytes(truth: Any, predictions: Any) -> float:
    return regression.mae(truth, predictions.view(f"=f{predictions.dtype.itemsize}"))


def forgives_single_rows(truth: Any, predictions: Any) -> float:
    return regression.r2(truth, predictions) if len(truth) > 1 else 0.0


def forgives_a_constant_truth(truth: Any, predictions: Any) -> float:
    expected, found = number_rows(truth, predictions)
    if len(expected) == 1:
        raise MetricError("expected two rows or more")
    spread = expected.var()
    return float(1 - ((found - expected) ** 2).mean() / spread) if spread > 1e-12 else 0.0


def counts_ties_as_they_come(truth: Any, predictions: Any) -> float:
    curves.roc_auc(truth, predictions)
    ranks = np.argsort(np.argsort(predictions, kind="stable")) + 1.0
    ones = truth == 1
    return float((ranks[ones].sum() - ones.sum() * (ones.sum() + 1) / 2) / (ones.sum() * (~ones).sum()))


def gives_text(truth: Any, predictions: Any) -> str:
    return f"{regression.mae(truth, predictions):.3f}"


def squared(truth: Any, predictions: Any, **_: Any) -> Any:
    expected, found = number_rows(truth, predictions)
    return (expected - found) ** 2


def above_the_mean(truth: Any, predictions: Any) -> Any:
    scores = regression.absolute_errors(truth, predictions)
    return scores - scores.mean() + scores[0]


def squared_and_count(truth: Any, predictions: Any) -> Any:
    return np.column_stack([squared(truth, predictions), np.ones(len(truth))])


def pair_by_pair(truth: Any, predictions: Any) -> float:
    expected, found = number_rows(truth, predictions)
    return float(np.mean([np.mean(np.abs(np.array([a - b]))) for a, b in zip(expected, found, strict=True)]))


def far_too_sure(truth: Any, predictions: Any) -> float:
    return float(regression.absolute_errors(truth, predictions).std() / len(truth))


def of_two(truth: Any, predictions: Any, offset: float = 0.0) -> float:
    return regression.mae(truth, predictions) + offset


BROKEN: list[tuple[str, str, Metric]] = [
    ("no docstring to speak of", "it_says_what_it_is", plain(undocumented)),
    ("no claims", "its_claims_are_declared", replace(MAE, claims=None)),
    ("a size where nothing has one", "its_claims_are_declared", claiming(ACCURACY, scale=Effect.UNCHANGED)),
    ("best and worst against the direction", "its_claims_are_declared", replace(ACCURACY, better=Better.LOWER)),
    ("a parameter not in the row", "its_parameters_are_those_of_its_functions", plain(of_two)),
    ("a parameter the function lacks", "its_parameters_are_those_of_its_functions", replace(MAE, params={"q": float})),
    (
        "two shortcuts",
        "it_offers_one_shortcut_at_most",
        replace(MAE, row_sums=regression.square_sums, from_sums=regression.root_of_mean),
    ),
    ("sums without an end", "it_offers_one_shortcut_at_most", replace(RMSE, from_sums=None)),
    ("order counts", "the_order_of_the_rows_does_not_matter", plain(later_rows_weigh_more)),
    ("order counts among equals", "ties_do_not_depend_on_the_order", plain(first_of_equals_wins)),
    ("writes", "it_has_no_memory_and_no_chance", plain(writes_into_its_input)),
    ("remembers", "it_has_no_memory_and_no_chance", plain(Remembers())),
    ("beyond its best", "a_value_lies_between_worst_and_best", plain(below_zero)),
    ("undefined on usual input", "a_value_lies_between_worst_and_best", plain(often_undefined)),
    ("gives text", "a_value_lies_between_worst_and_best", plain(gives_text)),
    (
        "wrong direction",
        "perfect_predictions_are_best_and_others_worse",
        replace(MAE, better=Better.HIGHER, best=None, worst=0),
    ),
    ("perfect is not best", "perfect_predictions_are_best_and_others_worse", plain(rewards_the_constant)),
    (
        "all are alike",
        "perfect_predictions_are_best_and_others_worse",
        plain(lambda t, p: 0.0 * regression.mae(t, p)),
    ),
    ("a score of nothing", "nothing_has_no_score", plain(zero_of_nothing)),
    ("cuts the longer side", "sides_of_unequal_length_are_refused", plain(shortest_side)),
    ("one row is not undefined", "one_row_is_as_claimed", plain(forgives_single_rows, METRICS["r2"])),
    ("one row is not defined", "one_row_is_as_claimed", claiming(AUC, one_row=True)),
    (
        "a constant truth is not undefined",
        "a_constant_truth_is_as_claimed",
        plain(forgives_a_constant_truth, METRICS["r2"]),
    ),
    ("a constant truth is not defined", "a_constant_truth_is_as_claimed", claiming(AUC, constant_truth=True)),
    ("ties as they come", "ties_do_not_depend_on_the_order", plain(counts_ties_as_they_come, AUC)),
    ("drops NaN", "a_number_that_is_not_finite_is_refused", plain(skips_what_is_not_finite)),
    ("drops NaN of the truth", "a_number_that_is_not_finite_is_refused", plain(skips_rows_without_truth)),
    ("float32 stays float32", "the_type_of_the_numbers_does_not_matter", plain(narrow)),
    ("integers are others", "the_type_of_the_numbers_does_not_matter", plain(whole_numbers_differ)),
    ("other machines' bytes", "the_type_of_the_numbers_does_not_matter", plain(needs_this_machines_bytes)),
    ("a shift counts", "a_shift_does_what_is_claimed", claiming(METRICS["rmsle"], shift=Effect.UNCHANGED)),
    ("a shift does not count", "a_shift_does_what_is_claimed", claiming(MAE, shift=Effect.OTHER)),
    ("a shift has no factor", "a_shift_does_what_is_claimed", claiming(MAE, shift=Effect.PROPORTIONAL)),
    ("the scale counts", "a_scale_does_what_is_claimed", claiming(MAE, scale=Effect.UNCHANGED)),
    ("the scale counts once", "a_scale_does_what_is_claimed", claiming(MAE, scale=Effect.SQUARED)),
    ("the scale counts regularly", "a_scale_does_what_is_claimed", claiming(MAE, scale=Effect.OTHER)),
    ("not symmetric", "the_sides_change_places_as_claimed", claiming(METRICS["r2"], symmetric=True)),
    ("symmetric", "the_sides_change_places_as_claimed", claiming(MAE, symmetric=False)),
    ("repeats count", "repeated_rows_do_what_is_claimed", claiming(METRICS["total"], repeats=True)),
    ("repeats do not count", "repeated_rows_do_what_is_claimed", claiming(MAE, repeats=False)),
    ("sizes count", "only_ranks_count_where_claimed", claiming(MAE, ranks_only=True)),
    ("sizes do not count", "only_ranks_count_where_claimed", claiming(AUC, ranks_only=False)),
    ("names count", "other_names_do_what_is_claimed", claiming(ACCURACY, relabelled=True)),
    ("names do not count", "other_names_do_what_is_claimed", claiming(ARI, relabelled=False)),
    ("other rows' scores", "every_way_to_the_value_agrees", replace(MAE, row_scores=squared)),
    ("other sums", "every_way_to_the_value_agrees", replace(RMSE, from_sums=lambda sums: sums[..., 0] / sums[..., 1])),
    (
        "other resamples",
        "every_way_to_the_value_agrees",
        replace(MAE, row_scores=None, resampled=lambda t, p, counts: np.ones(len(counts))),
    ),
    ("rows lean on others", "row_scores_are_those_of_the_rows_alone", replace(MAE, row_scores=above_the_mean)),
    ("far too sure", "its_standard_error_is_that_of_resampling", replace(MAE, standard_error=far_too_sure)),
]


@pytest.mark.parametrize(("check", "metric"), [pytest.param(c, m, id=name) for name, c, m in BROKEN])
def test_a_broken_metric_is_caught(check: str, metric: Metric) -> None:
    with pytest.raises(AssertionError):
        CHECKS[check](metric)


def test_a_bare_error_of_numpy_is_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="zero-size array"):
        CHECKS["nothing_has_no_score"](plain(numpy_of_nothing))


def test_an_infinite_score_is_not_a_refusal() -> None:
    with pytest.raises(AssertionError, match="finite score or a MetricError, found inf"):
        CHECKS["a_number_that_is_not_finite_is_refused"](plain(infinite_error))


@pytest.mark.slow
def test_a_metric_that_goes_row_by_row_is_caught_by_a_million_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MILLION_ROWS_S", 0.5)  # so that a fast machine needs no slower metric
    with pytest.raises(AssertionError, match="a million rows"):
        CHECKS["a_million_rows_are_done_in_time"](plain(pair_by_pair))


def test_every_check_has_a_metric_that_it_catches() -> None:
    caught = {check for _, check, _ in BROKEN} | {"a_million_rows_are_done_in_time"}
    assert caught == set(CHECKS)
