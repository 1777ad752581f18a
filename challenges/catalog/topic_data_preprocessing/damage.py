"""What happens to a list on its way: every fault is logged with the value that belongs there.

A cell has one fault at most. Clerks of one clinic share their habits: which code means "not known", and whether
cholesterol or glucose of some patients was written in mmol/l. Every fault can be seen by somebody who knows the
ranges, the places and the calendar, and the value that belongs there follows from what was written, or is blank.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

Flags = NDArray[np.bool_]

CATEGORIES = {
    "sex": ("female", "male"),
    "chest_pain": ("atypical", "other", "painless", "typical"),
    "exercise_angina": ("no", "yes"),
    "slope": ("down", "flat", "up"),
    "thallium": ("fixed", "normal", "reversible"),
}
MMOL = {"cholesterol": 38.67, "glucose": 18.02}
"""mg/dl in one mmol/l."""
CODED = ("pack_years", "rest_bp", "cholesterol", "glucose", "max_hr", "st_depression")
SHIFTED = ("rest_bp", "cholesterol", "max_hr")
IMPOSSIBLE = {"rest_bp": ((24, 70), (230, 390)), "cholesterol": ((650, 790),), "max_hr": ((22, 55), (220, 290))}
"""Where an impossible value lies: no shifted point and no other unit would explain it."""
UNBORN = "1900-01-01"

VARIANT, CODE, SHIFT, CANNOT_BE, SWAP = 0.08, 0.03, 0.015, 0.015, 0.06
LIST_WITH_MMOL, LINE_IN_MMOL = 0.35, 0.35
LOST_AGE, WRONG_AGE, LOST_TOWN, LOST_BIRTH = 0.06, 0.03, 0.06, 0.03


@dataclass(frozen=True, kw_only=True)
class Damaged:
    table: pd.DataFrame
    log: pd.DataFrame
    """row, column, value that belongs there, kind of fault."""


def damage(clean: pd.DataFrame, towns: tuple[str, ...], rng: np.random.Generator) -> Damaged:
    """Return a list with its faults; `clean` has a text in every cell and a line number as its index."""
    cells = {column: clean[column].to_numpy(dtype=object) for column in clean.columns}
    dirty = {column: values.copy() for column, values in cells.items()}
    log: dict[tuple[int, str], tuple[str, str]] = {}

    def strike(column: str, where: Flags, kind: str, write: Callable[[str], str], right: str | None = None) -> None:
        """Write faults into cells that have none; with `right` the value is lost and that stands in its place."""
        for row in np.flatnonzero(where).tolist():
            text = str(cells[column][row])
            wrong = write(text)
            if wrong != text and (row, column) not in log:
                dirty[column][row] = wrong
                log[row, column] = (text if right is None else right, kind)

    def chance(column: str, share: float) -> Flags:
        return np.asarray((rng.random(len(clean)) < share) & (cells[column] != ""))

    number_code, text_code = str(rng.choice(["-1", "999"])), str(rng.choice(["unknown", "?", "n/a"]))
    for column, factor in MMOL.items():
        share = LINE_IN_MMOL * (rng.random() < LIST_WITH_MMOL)
        strike(column, chance(column, share), "unit", partial(_in_mmol, factor=factor))
    for column in CODED:
        strike(column, chance(column, CODE), "code", lambda _: number_code, right="")
    for column in SHIFTED:
        strike(column, chance(column, SHIFT), "shift", partial(_shifted, rng=rng))
        strike(column, chance(column, CANNOT_BE), "impossible", partial(_impossible, column=column, rng=rng), right="")
    for column, known in CATEGORIES.items():
        strike(column, chance(column, CODE) & (column != "sex"), "code", lambda _: text_code, right="")
        strike(column, chance(column, VARIANT), "variant", partial(_variant, known=known, rng=rng))
    strike("town", chance("town", LOST_TOWN), "derived", lambda _: str(rng.choice(["", text_code])))
    strike("town", chance("town", VARIANT), "variant", partial(_variant, known=towns, rng=rng))
    strike("visit_date", chance("visit_date", SWAP), "swap", _swapped)
    unborn = chance("birth_date", LOST_BIRTH)
    strike("birth_date", unborn, "code", lambda _: UNBORN, right="")
    strike("age", chance("age", LOST_AGE) & ~unborn, "derived", lambda _: str(rng.choice(["", number_code])))
    strike("age", chance("age", WRONG_AGE) & ~unborn, "derived", partial(_mistyped, rng=rng))
    lines = [(row, column, *log[row, column]) for row, column in sorted(log)]
    return Damaged(table=pd.DataFrame(dirty), log=pd.DataFrame(lines, columns=["row", "column", "value", "kind"]))


def _in_mmol(text: str, *, factor: float) -> str:
    return f"{float(text) / factor:.2f}"


def _shifted(text: str, *, rng: np.random.Generator) -> str:
    """Return ten times the value, or a tenth of it where that is no value in mmol/l."""
    value = int(text)
    return f"{value / 10:.1f}" if value >= 160 and rng.random() < 0.5 else str(10 * value)


def _impossible(_: str, *, column: str, rng: np.random.Generator) -> str:
    spans = IMPOSSIBLE[column]
    low, high = spans[int(rng.integers(len(spans)))]
    return str(int(rng.integers(low, high + 1)))


def _swapped(text: str) -> str:
    year, month, day = text.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else text


def _mistyped(text: str, *, rng: np.random.Generator) -> str:
    return text[::-1] if rng.random() < 0.5 else str(int(text) + int(rng.choice([-20, -10, 10, 20])))


def _variant(text: str, *, known: tuple[str, ...], rng: np.random.Generator) -> str:
    """Return a text that still lies nearer to what was meant than to anything else."""
    ways: list[Callable[[], str]] = [
        lambda: text.upper(),
        lambda: text.lower() if text != text.lower() else text.title(),
        lambda: str(rng.choice([f" {text}", f"{text} ", f"{text}  "])),
    ]
    if len(text) < 4:
        return ways[int(rng.integers(len(ways)))]()
    if rng.random() < 0.5:
        return ways[int(rng.integers(len(ways)))]()
    for _ in range(50):
        wrong = _mistype(text, rng)
        distance = sorted((Levenshtein.distance(wrong, name), name != text) for name in known)
        if distance[0][0] > 0 and not distance[0][1] and distance[1][0] > distance[0][0]:
            return wrong
    return text.upper()


def _mistype(text: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(1, len(text) - 1))
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    lost, doubled = text[:place] + text[place + 1 :], text[:place] + text[place] + text[place:]
    return str(rng.choice([swapped, lost, doubled]))
