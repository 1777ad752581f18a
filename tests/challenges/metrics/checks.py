"""The interrogation of one metric: each check holds it to what its row of the registry says.

A check is a function of the metric that raises AssertionError. `test_every_metric.py` puts every check to every
metric; `test_the_suite_can_fail.py` puts them to broken metrics, each of which must be caught.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from challenges.metrics.types import Better, Claims, Effect, Metric, MetricError, MetricFunction
from challenges.uncertainty import closed_forms
from challenges.uncertainty.resampling import made_of_sums, resample, row_figures
from tests.challenges.metrics.samples import (
    ROWS,
    Change,
    Pair,
    Sample,
    draw,
    drawn,
    drawn_anew,
    move_numbers,
    params_of,
    sample_of,
)

Check = Callable[[Metric], None]

SEEDS = range(4)
SIZES = (ROWS, 6, 3)
"""A claim that is denied needs only one draw that shows it; small draws lack a class, or tie, or hit a bound."""

MILLION_ROWS_S = 3.0
"""Of processor time: many times what sorting a million numbers takes, a fraction of a loop over them in Python."""

CLOSE = {"rel": 1e-9, "abs": 1e-12}


def value_of(metric: Metric, pair: Pair) -> float | None:
    """Return the score, or None where the metric says that it has none; anything else that goes wrong is a failure."""
    return _value(metric.function, pair, params_of(metric))


def _value(function: MetricFunction, pair: Pair, params: dict[str, Any]) -> float | None:
    try:
        value = function(*pair, **params)
    except MetricError as error:
        assert str(error).strip(), "a MetricError must say what was expected"
        return None
    assert isinstance(value, float | np.floating), f"expected a float, found {type(value).__name__}"
    assert math.isfinite(value), f"expected a finite score or a MetricError, found {value}"
    return float(value)


def defined(metric: Metric) -> list[tuple[Pair, float]]:
    """Return the draws on which the metric has a value, with it."""
    found = _defined(metric.function, sample_of(metric), tuple(params_of(metric).items()))
    assert len(found) >= len(SEEDS), "the metric has a value on hardly any draw"
    return found


@lru_cache(maxsize=1)
def _defined(function: MetricFunction, sample: Sample, params: tuple[tuple[str, Any], ...]) -> list[tuple[Pair, float]]:
    draws = [drawn(sample, seed, rows) for rows in SIZES for seed in SEEDS]
    return [(pair, value) for pair in draws if (value := _value(function, pair, dict(params))) is not None]


def claims_of(metric: Metric) -> Claims:
    assert metric.claims is not None, "a metric must declare its claims"
    return metric.claims


def refused(metric: Metric, pair: Pair) -> bool:
    return value_of(metric, pair) is None


def close(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return a == pytest.approx(b, **CLOSE)


def check_it_says_what_it_is(metric: Metric) -> None:
    assert metric.title
    assert metric.id == metric.id.lower()
    text = metric.function.__doc__ or ""
    for section in ("Parameters", "Returns", "Source", "Examples"):
        assert f"{section}\n    ---" in text, f"the docstring of {metric.function.__name__} lacks {section}"
    assert "\n        Parameters\n" not in text


def check_its_claims_are_declared(metric: Metric) -> None:
    claims = claims_of(metric)
    sample = sample_of(metric)
    if sample.move is None:
        assert claims.shift is claims.scale is Effect.OTHER, "nothing here has a size"
        assert not claims.ranks_only, "nothing here has a size"
    if sample.rename is None:
        assert not claims.relabelled, "there are no labels here"
    if metric.best is not None and metric.worst is not None:
        assert (metric.best > metric.worst) == (metric.better is Better.HIGHER)


def check_its_parameters_are_those_of_its_functions(metric: Metric) -> None:
    given = {metric.function: 2, metric.row_scores: 2, metric.row_sums: 2, metric.resampled: 3}
    if metric.standard_error is not None:
        given[metric.standard_error] = 2
    if metric.pulls is not None:
        given[metric.pulls] = 2
    for function, positional in given.items():
        if function is not None:
            found = list(inspect.signature(function).parameters.values())[positional:]
            assert {parameter.name for parameter in found} == set(metric.params), function
            assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in found), function
    assert set(params_of(metric)) <= set(metric.params)


def check_it_offers_one_shortcut_at_most(metric: Metric) -> None:
    assert (metric.row_sums is None) == (metric.from_sums is None)
    assert [metric.row_scores, metric.row_sums, metric.resampled].count(None) >= 2


def check_the_order_of_the_rows_does_not_matter(metric: Metric) -> None:
    for seed, ((truth, predictions), value) in enumerate(defined(metric)):
        order = np.random.default_rng(seed).permutation(len(truth))
        assert close(value_of(metric, (truth[order], predictions[order])), value)


def check_it_has_no_memory_and_no_chance(metric: Metric) -> None:
    pair = drawn_anew(sample_of(metric))  # a metric that writes into its input spoils that of no other check
    before = repr([side.tolist() for side in pair])
    first = value_of(metric, pair)
    value_of(metric, draw(metric, 1))
    assert value_of(metric, pair) == first
    assert repr([side.tolist() for side in pair]) == before, "the metric writes into its input"


def check_a_value_lies_between_worst_and_best(metric: Metric) -> None:
    ends = {Better.HIGHER: (metric.worst, metric.best), Better.LOWER: (metric.best, metric.worst)}[metric.better]
    for _, value in defined(metric):
        assert ends[0] is None or value >= ends[0] - 1e-12
        assert ends[1] is None or value <= ends[1] + 1e-12
    for seed in range(15):
        assert value_of(metric, draw(metric, seed)) is not None, f"no value on a usual draw of {ROWS} rows, {seed}"


def check_perfect_predictions_are_best_and_others_worse(metric: Metric) -> None:
    perfect = sample_of(metric).perfect
    if perfect is None:
        return
    sign = 1.0 if metric.better is Better.HIGHER else -1.0
    gains = []
    for (truth, _), value in defined(metric):
        best = value_of(metric, (truth, perfect(truth)))
        assert best is not None
        if metric.best is not None:
            assert best == pytest.approx(metric.best, abs=1e-9)
        gains.append(sign * (best - value))
    assert min(gains) >= -1e-9, "other predictions beat the perfect ones"
    assert max(gains) > 1e-9, "perfect predictions are never better than others"


def check_nothing_has_no_score(metric: Metric) -> None:
    truth, predictions = draw(metric)
    assert refused(metric, (truth[:0], predictions[:0]))


def check_sides_of_unequal_length_are_refused(metric: Metric) -> None:
    truth, predictions = draw(metric)
    assert refused(metric, (truth, predictions[:-1]))
    assert refused(metric, (truth[:-1], predictions))


def check_one_row_is_as_claimed(metric: Metric) -> None:
    undefined = [refused(metric, draw(metric, seed, 1)) for seed in range(8)]
    assert any(undefined) != claims_of(metric).one_row


def check_a_constant_truth_is_as_claimed(metric: Metric) -> None:
    undefined = []
    for seed in range(8):
        truth, predictions = draw(metric, seed)
        first = np.zeros(len(truth), dtype=int)
        # Cells of an object array may have to fit each other, so that the predictions are repeated with the truth.
        undefined.append(refused(metric, (truth[first], predictions[first if truth.dtype == object else slice(None)])))
    assert any(undefined) != claims_of(metric).constant_truth


def check_ties_do_not_depend_on_the_order(metric: Metric) -> None:
    for seed in SEEDS:
        truth, predictions = draw(metric, seed)
        half = np.arange(len(truth)) // 2 * 2
        for rows in (half, np.zeros(len(truth), dtype=int)):
            pair = (truth[rows], predictions[rows]) if truth.dtype == object else (truth, predictions[rows])
            order = np.random.default_rng(seed).permutation(len(truth))
            assert close(value_of(metric, (pair[0][order], pair[1][order])), value_of(metric, pair))


def check_a_number_that_is_not_finite_is_refused(metric: Metric) -> None:
    truth, predictions = draw(metric)
    for bad in (math.nan, math.inf, -math.inf):
        for spoilt in spoilt_sides(predictions, bad):
            assert refused(metric, (truth, spoilt)), f"predictions with {bad} have a score"
        if sample_of(metric).reads_truth:
            for spoilt in spoilt_sides(truth, bad):
                assert refused(metric, (spoilt, predictions)), f"truth with {bad} has a score"


def spoilt_sides(side: Any, bad: float) -> Iterator[Any]:
    """Yield copies of one side, each with one of its leaves replaced, in the first row behind row 2 that has any."""
    if side.dtype != object:
        spoilt = side.astype(object if side.dtype.kind in "US" else np.float64)
        spoilt[(3, *[-1] * (side.ndim - 1))] = bad
        yield spoilt
        return
    for row in range(3, len(side)):
        leaves = list(spoilt_cells(side[row], bad))
        for leaf in leaves:
            spoilt = side.copy()
            spoilt[row] = leaf
            yield spoilt
        if leaves:
            return


def spoilt_cells(cell: Any, bad: float) -> Iterator[Any]:
    match cell:
        case dict():
            for key, value in cell.items():
                yield from ({**cell, key: spoilt} for spoilt in spoilt_cells(value, bad))
        case list() | tuple():
            for place in {0, len(cell) - 1} if cell else ():
                for spoilt in spoilt_cells(cell[place], bad):
                    yield type(cell)([*cell[:place], spoilt, *cell[place + 1 :]])
        case np.ndarray() if cell.dtype == object:
            for place in {0, len(cell) - 1} if len(cell) else ():
                for spoilt in spoilt_cells(cell[place], bad):
                    copy = cell.copy()
                    copy[place] = spoilt
                    yield copy
        case np.ndarray():
            if cell.size:
                copy = cell.astype(object if cell.dtype.kind in "US" else np.float64)
                copy.flat[-1] = bad
                yield copy
        case str() | int() | float() | np.generic():
            yield bad


def check_the_type_of_the_numbers_does_not_matter(metric: Metric) -> None:
    for seed in SEEDS:
        truth, predictions = draw(metric, seed)
        narrow = cast(truth, "f", "=f4"), cast(predictions, "f", "=f4")
        expected = value_of(metric, narrow)
        for floats, integers in (("=f8", "=i8"), (">f4", ">i4"), (">f8", ">i8"), ("<f8", "<i2")):
            pair = tuple(cast(cast(side, "f", floats), "iu", integers) for side in narrow)
            assert close(value_of(metric, (pair[0], pair[1])), expected), f"{floats}, {integers}"
        whole = truth, cast(predictions, "f", "rint")
        assert close(value_of(metric, (truth, cast(whole[1], "f", "=i8"))), value_of(metric, whole)), "integers"
        texts = tuple(side.astype(object) if side.dtype.kind == "U" else side for side in (truth, predictions))
        assert close(value_of(metric, (texts[0], texts[1])), value_of(metric, (truth, predictions))), "objects"


def cast(side: Any, kinds: str, to: str) -> Any:
    """Return one side with the numeric arrays of some kinds, its own or those of its cells, as another type."""
    if not isinstance(side, np.ndarray):
        return side
    if side.dtype == object:
        copy = side.copy()
        for place in range(len(copy)):
            copy[place] = cast(copy[place], kinds, to)
        return copy
    if side.dtype.kind not in kinds:
        return side
    return np.rint(side) if to == "rint" else side.astype(to)


def check_a_shift_does_what_is_claimed(metric: Metric) -> None:
    check_effect(metric, claims_of(metric).shift, lambda numbers: numbers + 4.0, 1.0)


def check_a_scale_does_what_is_claimed(metric: Metric) -> None:
    check_effect(metric, claims_of(metric).scale, lambda numbers: numbers * 4.0, 4.0)


def check_effect(metric: Metric, claimed: Effect, change: Change, factor: float) -> None:
    move = sample_of(metric).move
    if move is None:
        return
    pairs = defined(metric)
    after = [value_of(metric, (move(truth, change), move(predictions, change))) for (truth, predictions), _ in pairs]
    before = [value for _, value in pairs]
    assert factor != 1.0 or claimed in (Effect.UNCHANGED, Effect.OTHER), "a shift has no factor"
    powers = {Effect.UNCHANGED: 1.0, Effect.PROPORTIONAL: factor, Effect.SQUARED: factor * factor}
    holds = {
        effect: all(close(new, old * power) for new, old in zip(after, before, strict=True))
        for effect, power in powers.items()
    }
    if claimed is Effect.OTHER:
        assert not any(holds.values()), f"always {[effect for effect, always in holds.items() if always]}, not claimed"
    else:
        assert holds[claimed], f"not {claimed}"


def check_claim(metric: Metric, claimed: bool, before: list[float], after: list[float | None]) -> None:
    """Demand that a claim holds on every draw, and a denied one fails on at least one."""
    same = [close(new, old) for new, old in zip(after, before, strict=True)]
    assert all(same) == claimed, f"claimed {claimed}, held on {sum(same)} of {len(same)} draws"


def check_the_sides_change_places_as_claimed(metric: Metric) -> None:
    pairs = defined(metric)
    claimed = claims_of(metric).symmetric
    after = [value_of(metric, (predictions, truth)) for (truth, predictions), _ in pairs]
    before = [value for _, value in pairs]
    if claimed:  # a metric may need something of the truth, such as a positive row, that the predictions lack
        assert any(value is not None for value in after)
        after = [old if new is None else new for new, old in zip(after, before, strict=True)]
    check_claim(metric, claimed, before, after)


def check_repeated_rows_do_what_is_claimed(metric: Metric) -> None:
    pairs = defined(metric)
    after = [
        value_of(metric, (np.repeat(truth, 2, axis=0), np.repeat(predictions, 2, axis=0)))
        for (truth, predictions), _ in pairs
    ]
    check_claim(metric, claims_of(metric).repeats, [value for _, value in pairs], after)


def check_only_ranks_count_where_claimed(metric: Metric) -> None:
    sample = sample_of(metric)
    move = sample.rank or sample.move
    if move is None:
        return
    pairs = defined(metric)
    after = [value_of(metric, (truth, move(predictions, rising_map(predictions)))) for (truth, predictions), _ in pairs]
    check_claim(metric, claims_of(metric).ranks_only, [value for _, value in pairs], after)


def rising_map(side: Any) -> Change:
    """Return a strictly rising transformation of numbers that stays between their least and their greatest one."""
    seen: list[float] = []

    def note(numbers: Any) -> Any:
        seen.extend(np.ravel(numbers).tolist())
        return numbers

    move_numbers(side, note)
    values = np.unique(seen)
    bent = (np.arange(len(values)) / max(len(values) - 1, 1)) ** 2 * 0.5
    bent = values[0] + (values[-1] - values[0]) * (bent + bent[-1] * np.linspace(0, 1, len(values)))
    bent = values[0] + 0.9 * (bent - values[0])  # two values alone would stay where they are
    return lambda numbers: np.interp(numbers, values, bent)


def check_other_names_do_what_is_claimed(metric: Metric) -> None:
    rename = sample_of(metric).rename
    if rename is None:
        return
    names = {-1: 1, 0: 2, 1: 0, 2: -1}  # a rotation of all labels that the samples hold
    pairs = defined(metric)
    after = [value_of(metric, (truth, rename(predictions, names))) for (truth, predictions), _ in pairs]
    check_claim(metric, claims_of(metric).relabelled, [value for _, value in pairs], after)


def check_every_way_to_the_value_agrees(metric: Metric) -> None:
    params = params_of(metric)
    for seed in SEEDS:
        truth, predictions = draw(metric, seed)
        rng = np.random.default_rng(seed)
        counts = np.vstack([np.ones(ROWS, dtype=np.int64), rng.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=3)])
        counts = np.vstack([counts, rng.poisson(1.0, ROWS)])  # drawn independently, their number varies
        if metric.row_scores is not None:
            scores = metric.row_scores(truth, predictions, **params)
            assert scores.shape == (ROWS,)
            shortcut = counts @ scores / counts.sum(axis=1)
        elif metric.row_sums is not None and metric.from_sums is not None:
            shortcut = metric.from_sums(counts @ metric.row_sums(truth, predictions, **params))
        elif metric.resampled is not None:
            shortcut = metric.resampled(truth, predictions, counts, **params)
        else:
            return
        assert shortcut.shape == (len(counts),)
        for count, found in zip(counts, shortcut, strict=True):
            rows = np.repeat(np.arange(ROWS), count)
            assert close(
                None if math.isnan(found) else float(found), value_of(metric, (truth[rows], predictions[rows]))
            )


def check_row_scores_are_those_of_the_rows_alone(metric: Metric) -> None:
    if metric.row_scores is None:
        return
    params = params_of(metric)
    truth, predictions = draw(metric)
    scores = metric.row_scores(truth, predictions, **params)
    some = np.arange(0, ROWS, 2)
    assert metric.row_scores(truth[some], predictions[some], **params) == pytest.approx(scores[some], **CLOSE)


def check_its_standard_error_is_that_of_resampling(metric: Metric) -> None:
    """The closed form that scoring uses, declared by the metric or worked out from its sums, on a sample of 600."""
    ways = (metric.standard_error, metric.pulls, metric.row_scores, metric.row_sums)
    if all(way is None for way in ways):
        return
    truth, predictions = draw(metric, 0, 600)
    params = params_of(metric)
    figures = row_figures(metric, truth, predictions, params) if made_of_sums(metric) else None
    found = closed_forms.standard_error(metric, truth, predictions, params=params, figures=figures)
    spread = resample(metric, truth, predictions, seed="edition", params=params, figures=figures)
    assert isinstance(found, float)
    assert found == pytest.approx(np.nanstd(spread, ddof=1), rel=0.15)  # the resamples' own noise is 2 %


def check_a_million_rows_are_done_in_time(metric: Metric) -> None:
    if not sample_of(metric).huge:
        return
    times = 10**6 // ROWS + 1
    truth, predictions = (np.tile(side, (times, *[1] * (side.ndim - 1))) for side in draw(metric))
    start = time.process_time()
    value = value_of(metric, (truth, predictions))
    assert time.process_time() - start < MILLION_ROWS_S, "a million rows take too much computing"
    assert value is not None
    if claims_of(metric).repeats:
        assert value == pytest.approx(value_of(metric, draw(metric)), rel=1e-7, abs=1e-9)


CHECKS: dict[str, Check] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_") and list(inspect.signature(check).parameters) == ["metric"]
}
SLOW = ("a_million_rows_are_done_in_time",)
"""Asked in a test of its own."""
