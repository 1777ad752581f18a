"""score: any metric of the judge on this machine, by the judge's own functions; nothing is sent.

truth file, predictions ──> scored_tables.py or scored_cells.py ──> challenges.scoring ──> value ± error, interval
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from web.client.errors import Refused, Usage
from web.client.tables import Row

if TYPE_CHECKING:  # numpy and scipy take a second to load; only this command needs them
    from challenges.metrics.types import Metric
    from challenges.scoring import Score
    from challenges.uncertainty.differences import Difference
    from web.client.scored_tables import Arrays, Chosen

SEED = "judge score"
"""The judge draws with the edition's own; an error that comes from resampling differs by that, a value never."""

TRUE_FALSE = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One command line."""

    metric: str
    params: Sequence[str]
    truth: Path
    predictions: Sequence[Path]
    chosen: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A score, or the difference of two."""

    file: str
    minus: str | None = None
    """The file whose score is taken away."""
    value: float
    standard_error: float | None
    """None where the sample is too small to tell."""
    interval: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Scored:
    metric: str
    title: str
    better: str
    best: float | None
    worst: float | None
    notes: tuple[str, ...]
    scores: tuple[Figure, ...]
    differences: tuple[Figure, ...]


def registry(search: str | None) -> list[Row]:
    """Return a row for each metric whose id or title contains the words."""
    from challenges.metrics.registry import METRICS

    return [
        {"id": metric.id, "title": metric.title, "better": metric.better.value, "takes": metric.takes.value}
        for metric in METRICS.values()
        if search is None or search.lower() in f"{metric.id} {metric.title}".lower()
    ]


def score(asked: Asked) -> Scored:
    """Return the scores of one or several files. Raises Usage, or Refused with every finding of a file."""
    from challenges.errors import InvalidChallenge, InvalidSubmission

    metric = _metric(asked.metric)
    for path in (asked.truth, *asked.predictions):
        if not path.is_file():
            raise Usage(f"There is no file {path}.")
    params = _params(metric, asked.params)
    try:
        arrays = _arrays(metric, asked, thresholded=params.get("threshold") is not None)
        return _scored(metric, _fitted(metric, params, arrays), arrays, _names(asked.predictions))
    except InvalidSubmission as invalid:
        raise _refused(invalid.findings) from invalid
    except InvalidChallenge as error:
        raise Usage(f"{error}.") from error


def lines(of: Scored) -> list[str]:
    """Return what was scored, how, and what came of it."""
    ends = ", ".join(f"{name} {_end(end)}" for name, end in (("best", of.best), ("worst", of.worst)))
    found = [f"{of.metric} ({of.title}): {of.better} is better, {ends}", *of.notes]
    figures = (*of.scores, *of.differences)
    names = [figure.file if figure.minus is None else f"{figure.file} - {figure.minus}" for figure in figures]
    width = max(map(len, names))
    found += [
        f"{name:<{width}}  {_figure(figure)}{_winner(figure, of.better)}"
        for name, figure in zip(names, figures, strict=True)
    ]
    return found


def as_json(of: Scored) -> str:
    return json.dumps(asdict(of), indent=2)


def as_rows(of: Scored) -> list[Row]:
    """Return a row for each score and each difference."""
    found: list[Row] = []
    for figure in (*of.scores, *of.differences):
        low, high = figure.interval or (None, None)
        found.append({**asdict(figure), "low": low, "high": high})
    return found


def _metric(name: str) -> Metric:
    from challenges.metrics.registry import METRICS
    from challenges.spec import COMPOSITES

    if name in COMPOSITES:
        raise Usage(f"{name} puts several metrics together, as a challenge says; score its parts one by one.")
    if name in METRICS:
        return METRICS[name]
    near = difflib.get_close_matches(name, METRICS, n=3, cutoff=0.4)
    near += [key for key in METRICS if name.lower() in key and key not in near][:3]
    hint = f"did you mean {', '.join(near)}?" if near else "`judge score --list` shows them all."
    raise Usage(f"There is no metric {name!r}; {hint}")


def _params(metric: Metric, given: Sequence[str]) -> dict[str, Any]:
    params = {}
    for word in given:
        name, sign, text = word.partition("=")
        if not sign:
            raise Usage(f"--param takes name=value, found {word!r}.")
        if name not in metric.params:
            known = ", ".join(f"{key} ({_kind(kind)})" for key, kind in metric.params.items()) or "none"
            raise Usage(f"{metric.id} has no parameter {name!r}; it has {known}.")
        params[name] = _value(f"parameter {name}", text, metric.params[name])
    return params


def _value(name: str, text: str, kind: type) -> Any:
    try:
        if kind is bool:
            return TRUE_FALSE[text.lower()]
        return text if kind is object else kind(text)
    except (KeyError, ValueError):
        raise Usage(f"{name}: expected {_kind(kind)}, found {text!r}.") from None


def _kind(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}.get(kind, "a class")


def _arrays(metric: Metric, asked: Asked, *, thresholded: bool) -> Arrays:
    from web.client.scored_cells import SUFFIXES, read_cells
    from web.client.scored_tables import TABLES, Chosen, Table, read_tables

    files = (asked.truth, *asked.predictions)
    kinds = {path.suffix.lower() for path in files}
    if kinds == {".csv"}:
        if metric.takes not in TABLES:
            raise Usage(f"{metric.id} takes {metric.takes.value}, no table; hand over {', '.join(SUFFIXES)} files.")
        chosen: Chosen = Chosen(**asked.chosen)
        truth, *predictions = (Table(path.name, path.read_bytes()) for path in files)
        return read_tables(metric, truth, predictions, chosen=chosen, thresholded=thresholded)
    if not kinds <= set(SUFFIXES):
        raise Usage(f"Expected only .csv files, or only {', '.join(SUFFIXES)}; found {', '.join(sorted(kinds))}.")
    if any(asked.chosen.values()):
        raise Usage("Columns can be chosen in csv files only.")
    return read_cells(metric, asked.truth, asked.predictions)


def _fitted(metric: Metric, params: dict[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Return the parameters with a class as the truth writes it: a number where classes are numbers."""
    for name, kind in metric.params.items():
        if kind is object and name in params and arrays.truth.dtype.kind in "biuf":
            params[name] = _value(f"parameter {name}, as the truth holds numbers", params[name], int)
    return params


def _scored(metric: Metric, params: dict[str, Any], arrays: Arrays, names: Sequence[str]) -> Scored:
    import numpy as np

    from challenges import scoring
    from challenges.evaluation import Evaluation
    from challenges.spec import MetricUse
    from challenges.uncertainty import differences
    from challenges.uncertainty.intervals import interval

    use = MetricUse(id=metric.id, params=params)
    rows = np.ones(len(arrays.truth), dtype=bool)
    scores, spreads = [], []
    for predictions in arrays.predictions:
        _same_rows(arrays.truth, predictions)
        evaluation = Evaluation(
            truth={"truth": arrays.truth}, predictions={"predictions": predictions}, public=~rows, unit=arrays.unit
        )
        value = scoring.compute(use, evaluation, rows)
        figures = scoring.figures_of(use, evaluation, rows)
        spreads.append(scoring.bootstrap(use, evaluation, rows, seed=SEED, figures=figures))
        error = scoring.standard_error(use, evaluation, rows, spread=spreads[-1], figures=figures)
        scores.append(scoring.Score(value=value, standard_error=error))
    tells = len(np.unique(arrays.unit)) > 1
    found = [
        _shown(name, one, interval(metric, one.value, one.standard_error), tells=tells)
        for name, one in zip(names, scores, strict=True)
    ]
    unit = None if len(np.unique(arrays.unit)) == len(rows) else arrays.unit
    apart = []
    for first, second in combinations(range(len(scores)), 2):
        one, two = arrays.predictions[first], arrays.predictions[second]
        difference = differences.of_rows(metric, arrays.truth, one, two, params=params, unit=unit)
        difference = difference or differences.of_spreads(
            scores[first].value, scores[second].value, first_spread=spreads[first], second_spread=spreads[second]
        )
        value = scores[first].value - scores[second].value
        apart.append(
            Figure(file=names[first], minus=names[second], value=value, standard_error=None, interval=None)
            if difference is None
            else _shown(names[first], difference, difference.interval, tells=tells, minus=names[second])
        )
    return Scored(
        metric=metric.id, title=metric.title, better=metric.better.value, best=metric.best, worst=metric.worst,
        notes=arrays.notes, scores=tuple(found), differences=tuple(apart),
    )  # fmt: skip


def _same_rows(truth: Any, predictions: Any) -> None:
    if len(truth) != len(predictions) or len(truth) == 0:
        raise Usage(
            f"The truth has {len(truth):,} rows and the predictions {len(predictions):,}; expected as many, not 0."
        )


def _shown(
    file: str, figure: Score | Difference, ends: tuple[float, float], *, tells: bool, minus: str | None = None
) -> Figure:
    known = tells and math.isfinite(figure.standard_error)
    low, high = map(float, ends)
    return Figure(
        file=file,
        minus=minus,
        value=float(figure.value),
        standard_error=float(figure.standard_error) if known else None,
        interval=(low, high) if known else None,
    )


def _names(paths: Sequence[Path]) -> list[str]:
    """Return the names of files, with their folders where names are alike."""
    short = [path.name for path in paths]
    return short if len(set(short)) == len(short) else [str(path) for path in paths]


def _refused(findings: Sequence[Any]) -> Refused:
    told = [asdict(finding) for finding in findings]
    count = f"{len(told)} finding{'s' if len(told) > 1 else ''}"
    return Refused(
        http_status=400, body={"code": told[0]["code"], "findings": told, "sentence": f"Not scored: {count}."}
    )


def _figure(figure: Figure) -> str:
    if figure.standard_error is None or figure.interval is None:
        return f"{figure.value:.6g} (too few rows for an error)"
    low, high = figure.interval
    return f"{figure.value:.6g} ± {figure.standard_error:.2g} (95 %: {low:.6g} to {high:.6g})"


def _winner(figure: Figure, better: str) -> str:
    if figure.interval is None or figure.minus is None:
        return ""
    low, high = figure.interval
    if low <= 0 <= high:
        return ": no more than chance may do"
    return f": {figure.file if (low > 0) == (better == 'higher') else figure.minus} is better"


def _end(end: float | None) -> str:
    return "unbounded" if end is None else f"{end:g}"
