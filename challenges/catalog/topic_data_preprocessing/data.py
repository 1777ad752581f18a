"""Lists of patients as clinics keep them: a dozen with everything told, and others that a program meets hidden.

practice/<list>.csv   published, with practice_repairs.csv and practice_records.csv
lists/<list>.csv      hidden: a program meets them at run time only

The whole list is the unit: its faults are those of one clerk's habits. Blanks that nothing determines are left out of
the score: a guess is no repair, and what a good guess is worth shows in who is called back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.topic_data_preprocessing.damage import CATEGORIES, MMOL, UNBORN, Damaged, damage
from challenges.catalog.topic_data_preprocessing.register import COLUMNS, PLAUSIBLE, Register, draw_list, draw_places
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.clinic import settle

PRACTICE = 12
HIDDEN = {Size.SMALL: 40, Size.FULL: 200}
PEOPLE = {Size.SMALL: 130, Size.FULL: 300}
PUBLIC_SHARE = 0.3
CALLS = 10
PREVALENCE = 0.12
UNITS = {
    "pack_years": "packs a day x years", "rest_bp": "mmHg", "cholesterol": "mg/dl", "glucose": "mg/dl",
    "max_hr": "beats a minute", "st_depression": "mm",
}  # fmt: skip

Cells = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One list: what it should be, what it is."""

    name: str
    register: Register
    damaged: Damaged


def mint(streams: Streams, size: Size) -> Dataset:
    """Return solved practice lists, hidden lists, and what belongs into the damaged cells of those."""
    places = draw_places(streams("places"))
    region = settle(streams("structure"), prevalence=PREVALENCE)
    towns = tuple(sorted(set(places["town"])))
    names = streams.ids("lists", PRACTICE + HIDDEN[size])
    sheets = []
    for index, name in enumerate(names.tolist()):
        register = draw_list(region, places, PEOPLE[size], streams("list", index))
        damaged = damage(register.table, towns, streams("damage", index))
        sheets.append(Sheet(name=name, register=register, damaged=damaged))
    practice, hidden = sheets[:PRACTICE], sorted(sheets[PRACTICE:], key=lambda sheet: sheet.name)
    public = {f"practice/{sheet.name}.csv": _list(sheet) for sheet in practice}
    public["practice_repairs.csv"] = csv_bytes(pd.concat(_repairs(sheet) for sheet in practice))
    public["practice_records.csv"] = csv_bytes(pd.concat(_records(sheet) for sheet in practice))
    public["places.csv"] = csv_bytes(places)
    public["schema.json"] = json_bytes(_schema())
    on_board = np.zeros(len(hidden), dtype=np.bool_)
    on_board[streams("split").permutation(len(hidden))[: round(PUBLIC_SHARE * len(hidden))]] = True
    rng = streams("floor")
    return Dataset(
        public=public,
        inputs={f"lists/{sheet.name}.csv": _list(sheet) for sheet in hidden},
        truth=_truth(hidden, on_board),
        floor=answer(
            hidden,
            repairs=[_repairs(sheet).iloc[:0] for sheet in hidden],
            entities=[np.arange(len(sheet.register.entity)) for sheet in hidden],
            calls=[rng.permutation(len(sheet.register.entity))[:CALLS] for sheet in hidden],
        ),
        ceiling=answer(
            hidden,
            repairs=[_repairs(sheet) for sheet in hidden],
            entities=[sheet.register.entity for sheet in hidden],
            calls=[_best_calls(sheet) for sheet in hidden],
        ),
    )


def answer(
    sheets: Sequence[Sheet],
    *,
    repairs: Sequence[pd.DataFrame],
    entities: Sequence[NDArray[np.int64]],
    calls: Sequence[NDArray[np.int64]],
) -> bytes:
    """Return an answer as a program leaves it, zipped."""
    records = [
        pd.DataFrame({"list": sheet.name, "row": np.arange(len(entity)), "entity": entity})
        for sheet, entity in zip(sheets, entities, strict=True)
    ]
    called = [
        pd.DataFrame({"list": sheet.name, "rank": np.arange(1, len(rows) + 1), "call": rows})
        for sheet, rows in zip(sheets, calls, strict=True)
    ]
    mended = pd.concat(repairs)[["list", "row", "column", "value"]]
    return zip_bytes(
        {
            "repairs.csv": csv_bytes(mended),
            "records.csv": csv_bytes(pd.concat(records)),
            "calls.csv": csv_bytes(pd.concat(called)),
        }
    )


def _list(sheet: Sheet) -> bytes:
    table = sheet.damaged.table.copy()
    table.insert(0, "row", np.arange(len(table)))
    return csv_bytes(table)


def _repairs(sheet: Sheet) -> pd.DataFrame:
    return sheet.damaged.log.assign(list=sheet.name)[["list", "row", "column", "value", "kind"]]


def _records(sheet: Sheet) -> pd.DataFrame:
    register = sheet.register
    return pd.DataFrame(
        {
            "list": sheet.name,
            "row": np.arange(len(register.entity)),
            "entity": register.entity,
            "ill": register.ill.astype(np.int64),
        }
    )


def _schema() -> dict[str, Any]:
    """Return what the head office wrote down: of half of the categories, and of one code for each type."""
    numbers = {
        name: {"type": "number", "unit": UNITS[name], "low": low, "high": high, "digits": int(name == "st_depression")}
        for name, (low, high) in PLAUSIBLE.items()
    }
    for name, factor in MMOL.items():
        numbers[name]["other_unit"] = {"unit": "mmol/l", "factor": factor}
    categories: dict[str, dict[str, Any]] = {name: {"type": "category"} for name in CATEGORIES}
    for name in ("sex", "chest_pain"):
        categories[name]["values"] = list(CATEGORIES[name])
    dates = {name: {"type": "date", "format": "YYYY-MM-DD"} for name in ("visit_date", "birth_date")}
    columns = {
        **{name: {"type": "text"} for name in ("clinic", "name", "postcode", "town")},
        "age": {"type": "number", "unit": "years", "follows_from": ["birth_date", "visit_date"]},
        **numbers,
        **categories,
        **dates,
    }
    columns["town"] = {"type": "text", "follows_from": ["postcode"]}
    return {
        "columns": {name: columns[name] for name in COLUMNS},
        "not_known": {"number": ["-1"], "category": ["unknown"], "date": [UNBORN]},
    }


def _truth(hidden: Sequence[Sheet], on_board: NDArray[np.bool_]) -> Truth:
    ill = [np.flatnonzero(sheet.register.ill) for sheet in hidden]
    share = np.array([sheet.register.ill.mean() for sheet in hidden])
    best = np.array(
        [np.isin(_best_calls(sheet), rows).mean() for sheet, rows in zip(hidden, ill, strict=True)], dtype=np.float64
    )
    return Truth(
        ids={
            "list": np.array([sheet.name for sheet in hidden]),
            "row": _cells([np.arange(len(sheet.register.entity)) for sheet in hidden]),
        },
        columns={
            "repairs": _cells([_repairs(sheet)[["row", "column", "value"]].to_numpy().tolist() for sheet in hidden]),
            "entity": _cells([sheet.register.entity for sheet in hidden]),
            "ill": _cells([rows.tolist() for rows in ill]),
            "floor_calls": _by_split(on_board, share),
            "ceiling_calls": _by_split(on_board, best),
        },
        public=on_board,
        unit=np.arange(len(hidden), dtype=np.int64),
    )


def _best_calls(sheet: Sheet) -> NDArray[np.int64]:
    return np.argsort(-sheet.register.log_odds, kind="stable")[:CALLS]


def _by_split(on_board: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a column that holds the mean of the public rows on those and of the private rows on those."""
    return np.asarray(np.where(on_board, values[on_board].mean(), values[~on_board].mean()))


def _cells(values: Sequence[Any]) -> Cells:
    cells = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        cells[place] = value
    return cells
