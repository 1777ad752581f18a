"""Row order, ids and file sizes must not tell of the truth: each such feature is tested against it.

Three tests a pair of feature and truth: rank correlation (a trend), Kruskal and Wallis over bins (any other shape),
and, where a feature is an order, the correlation of neighbours (runs and periods). All work on ranks, and their
p-values are held against ALPHA divided by the number of tests made (Bonferroni).

Where rows come in groups (points of one tray), features of a group meet the group's mean, and positions within it
meet ranks within the group: groups may differ honestly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata

from challenges.answers import grouped_by
from challenges.audit.exposed import ExposedFile, exposed_in, tables_of
from challenges.audit.lines import columns_by_line
from challenges.audit.report import Check
from challenges.evaluation import Truth, rows_by_group
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.readers import Expected

Array = NDArray[np.float64]
Channel = Literal["position", "id", "file_size"]

ALPHA = 1e-3
"""A sound challenge fails this audit by chance once in a thousand times."""

BINS = 16
ROWS_A_BIN = 20
LAGS = (1, 2, 3)
MOST_CLASSES = 20


@dataclass(frozen=True)
class Feature:
    """Something that can be known of a row without looking at its content."""

    name: str
    channel: Channel
    values: Array
    is_order: bool = False


@dataclass(frozen=True)
class Suspicion:
    """The strongest trace that one test found."""

    feature: Feature
    target: str
    test: str
    p: float


def check_side_channels(challenge: Challenge, paper: Minted) -> list[Check]:
    """Return one check for each channel."""
    if not (paper.folder / "truth.json").exists():
        return [Check("side_channels_are_silent", True, "a conversation publishes no rows")]
    truth = paper.truth()
    answer = challenge.spec.answer
    group_by = None if answer is None else grouped_by(answer)
    found, tests = suspicions(truth, [*exposed_in(paper.public), *exposed_in(paper.inputs)], group_by=group_by)
    return [_verdict(channel, found, tests, challenge) for channel in ("position", "id", "file_size")]


def suspicions(truth: Truth, files: list[ExposedFile], *, group_by: str | None = None) -> tuple[list[Suspicion], int]:
    """Return every trace, most telling first, and how many tests were made."""
    ids = Expected.of(truth).ids
    columns = columns_by_line(truth)
    found = []
    # Row numbers come back in every group too, so the challenge must say which id names the group.
    repeated = (values for values in ids.values() if len(np.unique(values)) < len(values))
    group = next(repeated, None) if group_by is None else ids[group_by]
    for features, frame in _frames(ids, files, group):
        for target, values in _targets(columns):
            for feature in features:
                found += list(_tests(feature, target, frame.ranked(values), frame.blocks))
    return sorted(found, key=lambda trace: trace.p), len(found)


@dataclass(frozen=True)
class Frame:
    """How the truth is brought to the rows of a set of features."""

    rows: list[NDArray[np.int64]] | None
    """Rows of each group."""
    means: bool = False

    @property
    def blocks(self) -> list[NDArray[np.int64]] | None:
        return None if self.means else self.rows

    def ranked(self, values: Array) -> Array:
        """Return ranks of all rows, of the groups' means, or within each group, there in units of their spread."""
        if self.rows is None:
            return rankdata(values)
        if self.means:
            return rankdata([values[rows].mean() for rows in self.rows])
        within = np.zeros(len(values))
        for rows in self.rows:
            if np.ptp(values[rows]) > 0:  # a group of one single value has no order that could tell anything
                ranks = rankdata(values[rows])
                within[rows] = (ranks - ranks.mean()) / ranks.std()
        return within


def _frames(
    ids: Mapping[str, NDArray[Any]], files: list[ExposedFile], group: NDArray[Any] | None
) -> Iterator[tuple[list[Feature], Frame]]:
    if group is None:
        (key,) = [values for values in ids.values() if len(np.unique(values)) == len(values)][:1]
        yield features_of(key, files, ids=ids), Frame(None)
        return
    rows = rows_by_group(group)
    names = np.array([group[row[0]] for row in rows])
    yield features_of(names, files), Frame(rows, means=True)
    within = np.empty(len(group))
    for block in rows:
        within[block] = np.arange(len(block)) / len(block)
    yield [Feature("position within its group", "position", within, is_order=True)], Frame(rows)


def features_of(
    key: NDArray[Any], files: list[ExposedFile], *, ids: Mapping[str, NDArray[Any]] | None = None
) -> list[Feature]:
    """Return what can be known of rows by their key alone; with all `ids` of a line, also its place in the tables."""
    tables = () if ids is None else _table_positions(ids, files)
    return [*_positions(len(key)), *tables, *_id_features(key), *_sizes(key, files)]


def _positions(count: int) -> list[Feature]:
    return [Feature("published order", "position", np.arange(count, dtype=np.float64), is_order=True)]


def _table_positions(ids: Mapping[str, NDArray[Any]], files: list[ExposedFile]) -> Iterator[Feature]:
    for name, table in tables_of(files).items():
        if not set(ids) <= set(table.columns):
            continue
        place = {key: row for row, key in enumerate(zip(*(table[part] for part in ids), strict=True))}
        keys = zip(*(map(str, values.tolist()) for values in ids.values()), strict=True)
        rows = np.array([place.get(key, -1) for key in keys], dtype=np.float64)
        if rows.min() >= 0:
            yield Feature(f"row in {name}", "position", rows, is_order=True)


def _id_features(ids: NDArray[Any]) -> Iterator[Feature]:
    texts = ids.astype(str)
    ranks = np.argsort(np.argsort(texts, kind="stable"), kind="stable").astype(np.float64)
    yield Feature("sort order of the id", "id", ranks, is_order=True)
    numbers = _as_numbers(ids)
    if numbers is not None:
        yield Feature("number of the id", "id", rankdata(numbers), is_order=True)
        for modulus in (2, 3, 10, 16):
            yield Feature(f"id modulo {modulus}", "id", np.array([number % modulus for number in numbers], dtype=float))


def _as_numbers(ids: NDArray[Any]) -> list[int] | None:
    try:
        return [int(id_) if ids.dtype.kind in "iu" else int(str(id_), 16) for id_ in ids.tolist()]
    except ValueError:
        return None


def _sizes(ids: NDArray[Any], files: list[ExposedFile]) -> Iterator[Feature]:
    by_stem = {file.stem: file for file in files}
    own = [by_stem.get(id_) for id_ in map(str, ids.tolist())]
    there = [file for file in own if file is not None]
    if len(there) < len(own):
        return
    yield Feature("size of its file", "file_size", np.array([len(file.data) for file in there], dtype=np.float64))
    yield Feature("packed size", "file_size", np.array([file.packed_bytes for file in there], dtype=np.float64))
    places = np.array([file.place for file in there], dtype=np.float64)
    yield Feature("place of its file", "position", places, is_order=True)


def _targets(columns: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, Array]]:
    """Yield the truth as numbers: itself, one class against the rest, or what can be counted in a cell."""
    for name, values in columns.items():
        if values.dtype.kind in "fiub":
            yield name, values.astype(np.float64)
        cells = values.tolist()
        if all(isinstance(cell, str | int) for cell in cells):
            classes = sorted(set(cells), key=str)
            if 2 < len(classes) <= MOST_CLASSES or (len(classes) == 2 and values.dtype.kind not in "fiub"):
                for class_ in classes:
                    yield f"{name} = {class_}", np.array([cell == class_ for cell in cells], dtype=np.float64)
            elif isinstance(cells[0], str):
                yield f"length of {name}", np.array([len(cell) for cell in cells], dtype=np.float64)
                yield f"words of {name}", np.array([len(cell.split()) for cell in cells], dtype=np.float64)
        elif values.dtype == object:
            yield f"items of {name}", np.array([np.size(cell) for cell in cells], dtype=np.float64)


def _tests(feature: Feature, target: str, ranks: Array, blocks: list[NDArray[np.int64]] | None) -> Iterator[Suspicion]:
    if np.ptp(ranks) == 0 or np.ptp(feature.values) == 0 or len(ranks) < 3 * ROWS_A_BIN:
        return
    r = float(np.corrcoef(rankdata(feature.values), ranks)[0, 1])
    yield Suspicion(feature, target, f"rank correlation {r:+.2f}", _two_sided(r * sqrt(len(ranks) - 1)))
    yield Suspicion(feature, target, "bins", _kruskal_wallis(feature.values, ranks))
    if feature.is_order:
        order = np.argsort(feature.values, kind="stable")
        for lag in LAGS:
            r, pairs = _neighbours(ranks, [order] if blocks is None else blocks, lag)
            yield Suspicion(feature, target, f"neighbours at {lag}: {r:+.2f}", _two_sided(r * sqrt(pairs)))


def _kruskal_wallis(feature: Array, ranks: Array) -> float:
    distinct, codes = np.unique(feature, return_inverse=True)
    if len(distinct) > BINS:
        bins = min(BINS, len(feature) // ROWS_A_BIN)
        codes = np.minimum((rankdata(feature) - 1) * bins // len(feature), bins - 1).astype(np.int64)
    sizes = np.bincount(codes)
    sums = np.bincount(codes, weights=ranks)[sizes > 0]
    sizes = sizes[sizes > 0]
    if len(sizes) < 2:
        return 1.0
    between = float((sizes * (sums / sizes - ranks.mean()) ** 2).sum() / ranks.var(ddof=1))
    return float(chi2.sf(between, len(sizes) - 1))


def _neighbours(ranks: Array, blocks: list[NDArray[np.int64]], lag: int) -> tuple[float, int]:
    """Return the correlation of rows `lag` apart within a block beyond chance's, and the number of pairs."""
    telling = [block for block in blocks if len(block) > lag and np.ptp(ranks[block]) > 0]
    if not telling:
        return 0.0, 0
    first = np.concatenate([block[:-lag] for block in telling])
    second = np.concatenate([block[lag:] for block in telling])
    centred = ranks - ranks.mean()
    variance = centred[np.concatenate(telling)].var()
    # In a small block two rows differ more than strangers do: ten ranks correlate by -1/9 in whatever order.
    by_chance = np.concatenate([np.full(len(block) - lag, _product_of_two(centred[block])) for block in telling])
    return float((centred[first] * centred[second] - by_chance).mean() / variance), len(first)


def _product_of_two(values: Array) -> float:
    """Return the mean product of two different values of a block."""
    return float((values.sum() ** 2 - (values**2).sum()) / (len(values) * (len(values) - 1)))


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _verdict(channel: Channel, found: list[Suspicion], tests: int, challenge: Challenge) -> Check:
    name = f"{channel}_is_silent"
    mine = [trace for trace in found if trace.feature.channel == channel]
    if not mine:
        return Check(name, True, "there is nothing of the kind to look at")
    worst = min(mine, key=lambda trace: trace.p)
    measurement = {"p": worst.p, "tests": float(tests)}
    where = f"{worst.feature.name} against {worst.target} ({worst.test}), p = {worst.p:.1g} in {tests} tests"
    if worst.p >= ALPHA / tests:
        return Check(name, True, f"nothing found; the nearest is {where}", measurement)
    reason = challenge.spec.honest_signals.get(channel)
    if reason is not None:
        return Check(name, True, f"an honest signal, {reason}: {where}", measurement)
    return Check(name, False, f"it tells of the truth: {where}", measurement)
