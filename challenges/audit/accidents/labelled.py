"""What a published table of labelled rows gives without a model: its usual value, the last of a series, doubles.

A table is labelled when it has a column that the table of the questions lacks and that fits the answer, and when the
two share columns beside. All else that a learner could take from it needs a thought, and is no accident.

Where a challenge knows how much the features tell, a double's label counts as far as it tells more than that: rows that
look alike because they are measured coarsely are honest. Pictures and sounds are looked at in ../doubles.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.feature_extraction.text import TfidfVectorizer

from challenges.answers import Answer, BundleAnswer, CategoryColumn, Column, CsvAnswer, IntegerColumn, NumberColumn
from challenges.audit.accidents.types import Accident
from challenges.audit.exposed import ExposedFile, tables_of
from challenges.evaluation import Evaluation

MOST_CLASSES = 50
UNCOMMONLY_NEAR = 0.1
"""Of the usual distance of a labelled row to its nearest neighbour: what lies closer looks like the same row again."""
FEWEST_WORDS = 4
NEARLY_ALIKE = 0.9
"""Cosine between two texts: a word spelt otherwise in a sentence of fifteen."""
CHUNK = 1000
SMALLEST_SHARE_OF_WHOLE = 0.99
"""A text column with more distinct values than this share of its rows names a row and does not describe it."""


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A labelled table beside the questions, over the columns that both have."""

    name: str
    questions: pd.DataFrame
    """(n) rows in the order in which they are scored."""
    known: pd.DataFrame
    labels: Mapping[str, NDArray[Any]]
    """Name of an answer's column -> (m,) labels of the known rows, as that column takes them."""


def from_published_tables(
    answer: Answer | None,
    ids: Mapping[str, NDArray[Any]],
    files: list[ExposedFile],
    *,
    no_skill: Evaluation,
    explain: Evaluation | None,
) -> Iterator[Accident]:
    """Yield what labelled tables give away, with the floor's answer wherever they say nothing.

    `explain` is what the features tell of each row, where that is known.
    """
    for table in _labelled(answer, ids, files):
        sources = list(_sources(table))
        for column, labels in table.labels.items():
            for name, value in _usual(labels):
                usual = np.full(len(no_skill.public), value, dtype=labels.dtype)
                yield Accident(name=f"{name} of {table.name} as {column}", evaluation=_with(no_skill, column, usual))
            for source in sources:
                found = source.row >= 0
                if found.any():
                    explained = None
                    if source.looks_alike and explain is not None:
                        explained = _filled(no_skill, column, found, explain.predictions[column][found])
                    yield Accident(
                        name=f"{source.name} in {table.name} as {column}, for {found.mean():.1%} of the rows",
                        evaluation=_filled(no_skill, column, found, labels[source.row[found]]),
                        explained=explained,
                    )


def _filled(answers: Evaluation, column: str, found: NDArray[np.bool_], values: NDArray[Any]) -> Evaluation:
    before = answers.predictions[column]
    filled = before.astype(np.promote_types(before.dtype, values.dtype))
    filled[found] = values
    return _with(answers, column, filled)


def _with(answers: Evaluation, column: str, values: NDArray[Any]) -> Evaluation:
    return replace(answers, predictions={**answers.predictions, column: values})


def _usual(labels: NDArray[Any]) -> Iterator[tuple[str, Any]]:
    distinct, counts = np.unique(labels, return_counts=True)
    yield "the most frequent value", distinct[np.argmax(counts)]
    yield "the last value", labels[-1]
    if labels.dtype.kind == "f":
        yield "the mean", labels.mean()
        yield "the median", np.median(labels)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the labels come from."""

    name: str
    row: NDArray[np.int64]
    """(n,) for each question the known row whose label it takes; -1 where there is none."""
    looks_alike: bool


def _sources(table: Labelled) -> Iterator[Source]:
    shared = [name for name in table.questions.columns.astype(str) if not _names_rows(table.known[name])]
    dates = [name for name in shared if _is_time(table.known[name]) and _is_time(table.questions[name])]
    for date in dates:
        series = [name for name in shared if name not in dates and table.known[name].nunique() <= MOST_CLASSES]
        if series and table.questions[date].min() > table.known[date].max():
            yield Source(name="the last value of each series", row=_last(table, date, series), looks_alike=False)
    for column in _wordy(table):
        told = f"the label of a {column} that is nearly the same"
        yield Source(name=told, row=_retold(table, column), looks_alike=True)
    if len(shared) > 1:
        yield Source(name="the label of a row that is the same", row=_same(table, shared), looks_alike=True)
        yield Source(
            name="the label of a row that is nearly the same", row=_nearly_same(table, shared), looks_alike=True
        )


def _last(table: Labelled, date: str, series: list[str]) -> NDArray[np.int64]:
    known = table.known.assign(row=np.arange(len(table.known))).sort_values(date, kind="stable")
    last = known.groupby(series, sort=False)["row"].last().rename("source").reset_index()
    return _joined(table.questions, last, series)


def _same(table: Labelled, shared: list[str]) -> NDArray[np.int64]:
    first = table.known.assign(source=np.arange(len(table.known))).drop_duplicates(shared)
    return _joined(table.questions, first[[*shared, "source"]], shared)


def _joined(questions: pd.DataFrame, sources: pd.DataFrame, by: list[str]) -> NDArray[np.int64]:
    found = questions[by].merge(sources, on=by, how="left")["source"]
    return found.fillna(-1).to_numpy(dtype=np.int64)


def _nearly_same(table: Labelled, shared: list[str]) -> NDArray[np.int64]:
    """Return the nearest known row, where it is nearer than known rows are to each other by an order of magnitude."""
    both = pd.concat([table.known[shared], table.questions[shared]], ignore_index=True)
    places = np.column_stack([_as_axis(both[name]) for name in shared])
    known, asked = places[: len(table.known)], places[len(table.known) :]
    tree = cKDTree(known)
    usual = float(np.median(np.asarray(tree.query(known, k=2)[0])[:, 1]))
    distance, nearest = tree.query(asked)
    return np.where(distance < UNCOMMONLY_NEAR * usual, nearest, -1)


def _wordy(table: Labelled) -> list[str]:
    """Return the columns that hold sentences."""
    return [name for name in table.known.columns.astype(str)
            if table.known[name].str.split().str.len().median() >= FEWEST_WORDS]  # fmt: skip


def _retold(table: Labelled, column: str) -> NDArray[np.int64]:
    """Return the known row with the most alike text, where both share nearly all of their runs of three letters."""
    spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3))
    known = spelling.fit_transform(table.known[column])
    rows = np.full(len(table.questions), -1, dtype=np.int64)
    for start in range(0, len(rows), CHUNK):
        alike = (spelling.transform(table.questions[column].iloc[start : start + CHUNK]) @ known.T).tocsr()
        nearest = np.asarray(alike.argmax(axis=1)).ravel()
        near = alike.max(axis=1).toarray().ravel() >= NEARLY_ALIKE
        rows[start : start + CHUNK] = np.where(near, nearest, -1)
    return rows


def _as_axis(column: pd.Series[str]) -> NDArray[np.float64]:
    """Return a column in units of its spread; texts as the share of rows with a smaller text."""
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().mean() > 0.5:
        filled = numbers.fillna(numbers.median()).to_numpy(dtype=np.float64)
    else:
        filled = np.unique(column.to_numpy(dtype=np.str_), return_inverse=True)[1].astype(np.float64)
    spread = filled.std()
    return (filled - filled.mean()) / spread if spread > 0 else np.zeros(len(filled))


def _labelled(answer: Answer | None, ids: Mapping[str, NDArray[Any]], files: list[ExposedFile]) -> Iterator[Labelled]:
    columns = _columns(answer)
    tables = tables_of(files)
    for name, questions in tables.items():
        rows = _rows(questions, ids)
        if rows is None or len(questions.columns) == len(ids):
            continue
        for other, known in tables.items():
            shared = [column for column in questions if column in known and column not in ids]
            extra = [column for column in known if column not in questions and column not in ids]
            if other == name or not shared or not extra:
                continue
            for label in extra:
                labels = {column: values for column, kind in columns.items()
                          if (values := _fitting(known[label], kind)) is not None}  # fmt: skip
                yield Labelled(name=f"{label} in {other}", questions=questions[shared].iloc[rows],
                               known=known[shared], labels=labels)  # fmt: skip


def _columns(answer: Answer | None) -> dict[str, Column]:
    """Return the columns of an answer that have one value a row."""
    parts = answer.parts if isinstance(answer, BundleAnswer) else (answer,)
    return {
        name: column
        for part in parts
        if isinstance(part, CsvAnswer) and part.free is None and part.group_by is None
        for name, column in part.columns.items()
        if name in part.gives
    }


def _rows(questions: pd.DataFrame, ids: Mapping[str, NDArray[Any]]) -> NDArray[np.int64] | None:
    """Return the rows of a table in the published order of ids; None where it is no table of the questions."""
    if not set(ids) <= set(questions.columns):
        return None
    place = {key: row for row, key in enumerate(zip(*(questions[name] for name in ids), strict=True))}
    keys = zip(*(map(str, values.tolist()) for values in ids.values()), strict=True)
    rows = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    return rows if rows.min() >= 0 else None


def _fitting(column: pd.Series[str], kind: Column) -> NDArray[Any] | None:
    """Return a column of a labelled table as an answer's column takes it; None where it cannot be meant."""
    match kind:
        case NumberColumn() | IntegerColumn():
            distinct = sorted(column.unique())
            two = {text: place for place, text in enumerate(distinct)} if len(distinct) == 2 else {}
            numbers = pd.to_numeric(column, errors="coerce")
            numbers = column.map(two) if numbers.isna().any() and two else numbers
            if numbers.isna().any():
                return None
            values = numbers.to_numpy(dtype=np.float64)
            if isinstance(kind, IntegerColumn):
                whole = bool(
                    (values == np.rint(values)).all() and kind.min <= values.min() and values.max() <= kind.max
                )
                return values.astype(np.int64) if whole else None
            outside = (values < kind.min) | (values > kind.max)
            near = (values > kind.min - 0.01) & (values < kind.max + 0.01)  # 0 and 1, where 0.001 to 0.999 is asked for
            return np.clip(values, kind.min, kind.max) if (~outside | near).all() else None
        case CategoryColumn():
            return column.to_numpy(dtype=np.str_) if set(column) <= set(kind.values) else None
        case _:
            return None


def _names_rows(column: pd.Series[str]) -> bool:
    is_text = bool(pd.to_numeric(column, errors="coerce").isna().mean() > 0.5)
    return is_text and not _is_time(column) and column.nunique() > SMALLEST_SHARE_OF_WHOLE * len(column)


def _is_time(column: pd.Series[str]) -> bool:
    return bool(column.str.match(r"\d{4}-\d{2}").all())
