"""Plots are worked out by hand: groups are so large, and numbers so round, that no figure has to be blurred."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from challenges import plots
from challenges.evaluation import Evaluation
from challenges.metrics.registry import METRICS
from challenges.plots import MOST_BYTES, TABLE, draw
from challenges.plots.discretion import TooFewRows
from challenges.scoring import score
from challenges.spec import COMPOSITES, MetricSpec, MetricUse, PlotSpec
from tests.challenges.metrics import samples

SHOWN = PlotSpec()


def evaluation(truth: Any, predictions: Any, *, public: Any = None, unit: Any = None) -> Evaluation:
    truth, predictions = np.asarray(truth), np.asarray(predictions)
    return Evaluation(
        truth={"x": truth},
        predictions={"x": predictions},
        public=np.ones(len(truth), dtype=bool) if public is None else public,
        unit=np.arange(len(truth)) if unit is None else unit,
    )


def spec(id_: str, *secondary: MetricUse, **params: Any) -> MetricSpec:
    return MetricSpec(primary=MetricUse(id=id_, params=params), secondary=secondary)


def plots_of(metric: MetricSpec, of: Evaluation, *, shown: PlotSpec = SHOWN, ids: Any = None) -> dict[str, Any]:
    made = draw(metric, of, plots=shown, ids=ids)
    assert made["missing"] == []
    return {plot["name"]: plot for plot in made["plots"]}


def scores_of_a_hundred() -> Evaluation:
    """25 rows at each of 0.1, 0.4, 0.6 and 0.9, of which 0, 5, 20 and 25 are positive."""
    truth = np.concatenate([np.repeat([1, 0], [hits, 25 - hits]) for hits in (0, 5, 20, 25)])
    return evaluation(truth, np.repeat([0.1, 0.4, 0.6, 0.9], 25))


def test_roc_goes_through_what_is_found_at_each_score() -> None:
    roc = plots_of(spec("roc_auc"), scores_of_a_hundred())["roc"]
    # 25, 45, 50 and 50 of 50 positives are found beside 0, 5, 25 and 50 of 50 negatives
    assert roc["lines"][0]["points"] == [(0, 0), (0, 0.5), (0.1, 0.9), (0.5, 1), (1, 1)]
    assert roc["diagonal"] is True


def test_precision_and_recall_go_through_what_is_called_at_each_score() -> None:
    made = plots_of(spec("roc_auc"), scores_of_a_hundred())["precision_recall"]
    assert made["lines"][0]["points"] == [(0.5, 1), (0.9, 0.9), (1, 0.667), (1, 0.5)]


def test_the_operating_point_is_that_of_the_challenges_threshold() -> None:
    made = plots_of(spec("roc_auc"), scores_of_a_hundred())
    assert made["roc"]["marks"] == ({"name": "at 0.5", "x": 0.1, "y": 0.9},)
    assert made["precision_recall"]["marks"] == ({"name": "at 0.5", "x": 0.9, "y": 0.9},)
    stern = spec("roc_auc", MetricUse(id="accuracy", params={"threshold": 0.7}))
    made = plots_of(stern, scores_of_a_hundred())
    assert made["roc"]["marks"] == ({"name": "at 0.7", "x": 0, "y": 0.5},)


def test_calibration_sets_what_was_said_against_what_came_true() -> None:
    made = plots_of(spec("log_loss"), scores_of_a_hundred())["calibration"]
    assert made["lines"][0]["points"] == [(0.1, 0), (0.4, 0.2), (0.6, 0.8), (0.9, 1)]


def test_scores_that_are_no_probabilities_have_no_calibration_and_no_threshold() -> None:
    of = scores_of_a_hundred()
    made = plots_of(spec("roc_auc"), evaluation(of.truth["x"], of.predictions["x"] * 10))
    assert set(made) == {"roc", "precision_recall"}
    assert made["roc"]["marks"] == ()


@pytest.mark.parametrize("kind", ["U", object])
def test_confusion_says_what_each_class_was_called(kind: Any) -> None:
    truth = np.repeat(["elm", "oak", "yew"], [50, 100, 10]).astype(kind)
    called = np.repeat(["elm", "oak", "elm", "oak", "elm"], [40, 10, 25, 75, 10]).astype(kind)
    made = plots_of(spec("accuracy"), evaluation(truth, called))["confusion"]
    assert (made["rows"], made["columns"]) == (["elm", "oak", "yew"], ["elm", "oak", "yew"])
    assert made["shares"] == [[0.8, 0.2, 0], [0.25, 0.75, 0], None]  # ten yews are too few to speak of


def test_a_class_that_is_called_for_a_single_row_has_no_column() -> None:
    truth, called = np.repeat([1, 2], 50), np.repeat([1, 2], 50)
    called[7] = 3
    made = plots_of(spec("accuracy"), evaluation(truth, called))["confusion"]
    assert made["columns"] == ["1", "2"]


def test_confusion_at_a_threshold_has_two_classes() -> None:
    made = plots_of(spec("accuracy", threshold=0.5), scores_of_a_hundred())["confusion"]
    assert (made["rows"], made["columns"]) == (["not 1", "1"], ["not 1", "1"])
    assert made["shares"] == [[0.9, 0.1], [0.1, 0.9]]


def test_classes_beyond_the_twelfth_are_counted_together() -> None:
    classes = np.repeat([f"c{number:02d}" for number in range(20)], [100] * 12 + [30] * 8)
    made = plots_of(spec("accuracy"), evaluation(classes, classes))["confusion"]
    assert made["rows"] == [*(f"c{number:02d}" for number in range(12)), "others"]
    assert made["shares"][12] == [0.0] * 12 + [1.0]


def test_probabilities_of_classes_are_confused_by_the_highest() -> None:
    truth = np.repeat([0, 1, 2], 50)
    chances = np.eye(3)[np.repeat([0, 1, 1], 50)] * 0.7 + 0.1
    made = plots_of(spec("log_loss"), evaluation(truth, chances))
    assert made["confusion"]["shares"] == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    # 100 of 150 calls at 0.8 are right: 30 steps, 20 of them
    assert made["calibration"]["lines"][0]["points"] == [(0.8, 0.667)]


def test_residuals_are_told_by_the_size_of_the_prediction() -> None:
    predicted = np.repeat([10.0, 20.0], 50)
    made = plots_of(spec("rmse"), evaluation(predicted - np.repeat([2.0, -1.0], 50), predicted))["residuals"]
    assert made["bars"] == [
        {"low": 10, "high": 10, "value": 2, "band": (2, 2)},
        {"low": 20, "high": 20, "value": -1, "band": (-1, -1)},
    ]


def test_quartiles_of_residuals_are_right_to_a_step() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=1000)
    (bar,) = plots_of(spec("mae"), evaluation(truth, np.zeros(1000)))["residuals"]["bars"]
    low, middle, high = np.percentile(-truth, [25, 50, 75])
    step = (high - low) * 5 / 1000 * 1.1  # five rows of a thousand; a step is cut to one digit
    assert (*bar["band"], bar["value"]) == pytest.approx((low, high, middle), abs=step + 0.005)


def test_texts_are_scored_by_the_length_of_the_truth() -> None:
    truth = np.array(["go now"] * 50 + ["two red ships turn"] * 50, dtype=object)
    heard = np.array(["go now"] * 50 + ["two rat chips turn"] * 50, dtype=object)
    made = plots_of(spec("wer"), evaluation(truth, heard))["score_by_length"]
    assert made["bars"] == [
        {"low": 2, "high": 2, "value": 0, "band": None},
        {"low": 4, "high": 4, "value": 0.5, "band": None},
    ]


def boxes(found: int, of: int) -> Evaluation:
    box = {"category_id": 4, "bbox": [10.0, 10.0, 20.0, 20.0]}
    truth, predictions = samples.cells([[box]] * of), samples.cells([[]] * of)
    for image in range(found):
        predictions[image] = [{**box, "bbox": [10.0, 10.0, 20.0, 15.0], "score": 1 - image / 100}]
    return evaluation(truth, predictions)


def test_detections_have_a_curve_for_each_class_and_a_bar_for_each_overlap() -> None:
    made = plots_of(spec("coco_map"), boxes(found=25, of=30))
    (line,) = made["precision_recall_of_classes"]["lines"]
    assert line == {"name": "4", "points": [(0.833, 1)]}  # 25 of 30 objects by 25 detections
    # 15 of 20 rows of pixels: an overlap of 0.75
    assert [(bar["low"], bar["value"]) for bar in made["found_by_overlap"]["bars"]] == [
        (0.5, 0.833), (0.6, 0.833), (0.7, 0.833), (0.8, 0), (0.9, 0),
    ]  # fmt: skip


def test_what_has_no_plot_of_its_own_is_told_as_a_histogram_over_units() -> None:
    unit = np.repeat(np.arange(100), 2)
    earned = np.repeat([0.0, 1.0], 100)
    made = plots_of(spec("mean"), evaluation(np.zeros(200), earned, unit=unit))["unit_scores"]
    assert made["bars"] == [
        {"low": None, "high": 0.2, "value": 0.5, "band": None},
        {"low": 0.2, "high": None, "value": 0.5, "band": None},
    ]


def test_the_worst_rows_are_named_only_where_the_challenge_says_so() -> None:
    of = evaluation(np.zeros(40), np.arange(40.0))
    ids = np.array([f"h{number}" for number in range(40)])
    assert "worst" not in plots_of(spec("mae"), of, ids=ids)
    made = plots_of(spec("mae"), of, ids=ids, shown=PlotSpec(worst=True))["worst"]
    assert made["examples"][0] == {"id": "h39", "predicted": "39", "score": 39}
    assert len(made["examples"]) == 10


def test_a_challenge_may_want_no_plots() -> None:
    assert draw(spec("mae"), scores_of_a_hundred(), plots=PlotSpec(shown=False)) == {}


def test_each_plot_is_drawn_once_however_many_metrics_share_it() -> None:
    metric = spec("rmse", MetricUse(id="mae"), MetricUse(id="r2"))
    made = draw(metric, evaluation(np.arange(100.0), np.arange(100.0)), plots=SHOWN)
    assert [plot["name"] for plot in made["plots"]] == ["residuals"]


EVERY = [metric for metric in METRICS.values() if metric.id not in COMPOSITES]


@pytest.mark.slow
@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.id)
def test_private_rows_never_influence_a_plot_and_no_metric_fails_to_be_drawn(metric: Any) -> None:
    rows = 60
    truth, predictions = samples.draw(metric, 1, rows)
    others, guesses = samples.draw(metric, 2, rows)
    public = np.arange(rows) < 40
    mixed = [side.copy() for side in (truth, predictions)]
    for side, other in zip(mixed, (others, guesses), strict=True):
        side[~public] = other[~public]
    metric_spec = spec(metric.id, **samples.params_of(metric))
    first = draw(metric_spec, evaluation(truth, predictions, public=public), plots=SHOWN)
    second = draw(metric_spec, evaluation(*mixed, public=public), plots=SHOWN)
    assert first == second
    assert {gone["why"] for gone in first["missing"]} <= {"few_rows"}
    assert len(json.dumps(first)) < MOST_BYTES
    assert json.loads(json.dumps(first, allow_nan=False))


def test_a_plot_that_fails_is_logged_and_named_and_the_others_stand(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(subject: Any) -> Any:
        raise ZeroDivisionError("nobody thought of this")

    takes = METRICS["rmse"].takes
    monkeypatch.setitem(TABLE, takes, (broken, *TABLE[takes]))
    with caplog.at_level(logging.ERROR):
        made = draw(spec("rmse"), evaluation(np.arange(100.0), np.arange(100.0)), plots=SHOWN)
    assert [plot["name"] for plot in made["plots"]] == ["residuals"]
    assert made["missing"] == [{"name": "broken", "why": "failed"}]
    assert "nobody thought of this" in caplog.text
    assert "Traceback" in caplog.text


def test_a_plot_of_too_few_rows_is_named_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    made = draw(spec("rmse"), evaluation(np.arange(24.0), np.arange(24.0)), plots=SHOWN)
    assert made == {"plots": [], "missing": [{"name": "residuals", "why": "few_rows"}]}
    assert caplog.text == ""


def test_plots_beyond_the_cap_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "MOST_BYTES", 700)
    made = draw(spec("roc_auc"), scores_of_a_hundred(), plots=SHOWN)
    assert [plot["name"] for plot in made["plots"]] == ["roc", "precision_recall"]
    assert made["missing"] == [{"name": "calibration", "why": "too_large"}]


def test_the_largest_confusion_and_all_curves_fit_under_the_cap() -> None:
    rng = np.random.default_rng(0)
    names = np.array(
        [f"class number {number:02d} of a very long name \N{GREEK SMALL LETTER ALPHA}" for number in range(40)]
    )
    of = evaluation(names[rng.integers(0, 40, 20_000)], names[rng.integers(0, 40, 20_000)])
    made = draw(spec("accuracy"), of, plots=SHOWN)
    assert made["missing"] == []
    assert len(json.dumps(made, ensure_ascii=False).encode()) < 4000


def of_many(kind: str) -> tuple[MetricSpec, Evaluation]:
    rng, rows = np.random.default_rng(0), 200_000  # half of them are public
    public = rng.random(rows) < 0.5
    truth = (rng.random(rows) < 0.3).astype(int)
    names = np.array(["setosa", "versicolor", "virginica"])
    at = MetricUse(id="accuracy", params={"threshold": 0.5})
    drawn: dict[str, Callable[[], tuple[MetricSpec, Any, Any]]] = {
        "probabilities": lambda: (spec("roc_auc", at), truth, rng.random(rows)),
        "numbers": lambda: (spec("rmse"), rng.normal(size=rows), rng.normal(size=rows)),
        "names": lambda: (spec("accuracy"), names[truth], names[rng.integers(0, 3, rows)]),
        "measured": lambda: (spec("mean"), truth, rng.normal(size=rows)),
        "texts": lambda: (spec("wer"), names[truth].astype(object), names[rng.integers(0, 3, rows)].astype(object)),
    }
    metric, expected, found = drawn[kind]()
    return metric, evaluation(expected, found, public=public)


@pytest.mark.parametrize("kind", ["probabilities", "numbers", "names", "measured", "texts"])
def test_plots_of_a_hundred_thousand_rows_take_twenty_ms_or_a_tenth_of_the_scoring(kind: str) -> None:
    metric, of = of_many(kind)

    def took_s(work: Callable[[], Any]) -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    scoring_s = min(took_s(lambda: score(metric, of, seed="seed")) for _ in range(2))
    plots_s = min(took_s(lambda: draw(metric, of, plots=SHOWN)) for _ in range(7))
    assert plots_s < max(0.020, scoring_s / 10)


def test_fewer_rows_than_a_plot_may_speak_of_are_refused_by_every_plot_but_the_worst() -> None:
    for functions in TABLE.values():
        for function in functions:
            assert function is not plots.worst
    with pytest.raises(TooFewRows):
        plots.residuals(_subject(24))


def _subject(rows: int) -> Any:
    of = evaluation(np.arange(float(rows)), np.arange(float(rows)))
    return plots._subject(spec("rmse"), MetricUse(id="rmse"), of, None)
