"""Hundreds of specimen trays without labels, a few of them with, all drawn from the secret.

practice/<id>.csv    4 trays of each family, published; half of them with truth
trays/<id>.csv       hidden: a program meets them at run time only
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.iris_clustering.trays import FAMILIES, Tray, draw_tray
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

HIDDEN_PER_FAMILY = {Size.SMALL: 12, Size.FULL: 50}
PUBLIC_SHARE = 0.25
PRACTICE_PER_FAMILY = 4
SOLVED_PER_FAMILY = 2


def mint(streams: Streams, size: Size) -> Dataset:
    """Return practice trays, hidden trays and who lies together on each of those."""
    practice = _draw("practice", PRACTICE_PER_FAMILY, streams)
    hidden = _draw("hidden", HIDDEN_PER_FAMILY[size], streams)
    ids = streams.ids("trays", len(practice) + len(hidden))
    # Trays come family by family; the random ids decide the order in which a program meets them.
    practice_ids, hidden_ids = ids[: len(practice)], ids[len(practice) :]

    solved = [place for place in range(len(practice)) if place % PRACTICE_PER_FAMILY < SOLVED_PER_FAMILY]
    public = {f"practice/{name}.csv": _table(tray) for name, tray in zip(practice_ids, practice, strict=True)}
    public["practice_truth.csv"] = csv_bytes(
        pd.concat(_labels(practice_ids[place], practice[place].truth) for place in solved)
    )
    public["sample_submission.csv"] = csv_bytes(
        pd.concat(_labels(name, np.zeros_like(tray.truth)) for name, tray in zip(practice_ids, practice, strict=True))
    )

    order = np.argsort(hidden_ids)
    names, trays = hidden_ids[order], [hidden[place] for place in order]
    points = [len(tray.truth) for tray in trays]
    family = np.repeat(np.arange(len(FAMILIES)), HIDDEN_PER_FAMILY[size])[order]
    on_board = _public_trays(family, streams("split"))
    return Dataset(
        public=public,
        inputs={f"trays/{name}.csv": _table(tray) for name, tray in zip(names, trays, strict=True)},
        truth=Truth(
            ids={
                "tray": np.repeat(names, points),
                "row": np.concatenate([np.arange(count) for count in points]),
            },
            columns={
                "label": np.concatenate([tray.truth for tray in trays]),
                "points": np.concatenate([_in_four_columns(tray.points) for tray in trays]),
                **{sort: np.repeat(family == code, points).astype(np.int64) for code, sort in enumerate(FAMILIES)},
            },
            public=np.repeat(on_board, points),
            unit=np.repeat(np.arange(len(trays)), points),
        ),
        floor=_answer(names, [np.zeros_like(tray.truth) for tray in trays]),
        ceiling=_answer(names, [tray.best for tray in trays]),
    )


def _draw(part: str, per_family: int, streams: Streams) -> list[Tray]:
    return [draw_tray(family, streams(f"{part}/{family}", index)) for family in FAMILIES for index in range(per_family)]


def _public_trays(family: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which trays the public board uses: the same number of every family."""
    public = np.zeros(len(family), dtype=np.bool_)
    for code in range(len(FAMILIES)):
        members = rng.permutation(np.flatnonzero(family == code))
        public[members[: round(PUBLIC_SHARE * len(members))]] = True
    return public


def _in_four_columns(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of any tray in one shape: columns of zeros change no distance."""
    return np.pad(points, ((0, 0), (0, 4 - points.shape[1])))


def _table(tray: Tray) -> bytes:
    columns = [f"m{number + 1}" for number in range(tray.points.shape[1])]
    return csv_bytes(pd.DataFrame(tray.points, columns=columns))


def _labels(tray_id: str, labels: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame({"tray": tray_id, "row": np.arange(len(labels)), "label": labels})


def _answer(names: NDArray[np.str_], labels: list[NDArray[np.int64]]) -> bytes:
    return csv_bytes(pd.concat(_labels(name, cells) for name, cells in zip(names, labels, strict=True)))
