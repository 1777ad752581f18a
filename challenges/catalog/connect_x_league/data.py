"""A league: openings, opponents and seeds; each opening is played twice, colours swapped, against the same opponent."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from challenges.catalog.connect_x_league.board import Shape, from_cells, to_cells
from challenges.catalog.connect_x_league.bots import Weights
from challenges.catalog.connect_x_league.league import RATINGS
from challenges.catalog.connect_x_league.openings import Opening, boards, draw
from challenges.minting import Dataset, Streams
from challenges.packing import json_bytes
from challenges.spec import Size

PUBLIC_PAIRS = {Size.SMALL: 4, Size.FULL: 8}
PRIVATE_PAIRS = {Size.SMALL: 8, Size.FULL: 20}
"""Opening pairs against each of the seven players: 56 public and 112 private games, at size full 112 and 280."""

REHEARSAL_PAIRS = 12


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the referee's games and a few openings to rehearse with."""
    rng = streams("structure")
    weights = draw_weights(rng)
    games = [
        game
        for public, pairs in ((True, PUBLIC_PAIRS[size]), (False, PRIVATE_PAIRS[size]))
        for game in _games(streams, public=public, pairs=pairs)
    ]
    order = streams("shuffle").permutation(len(games))
    rehearsal = [draw(shape, streams("rehearsal", k)) for k, shape in enumerate(boards(REHEARSAL_PAIRS))]
    return Dataset(
        public={"rehearsal_openings.json": json_bytes([_shown(opening) for opening in rehearsal])},
        referee={
            "league.json": json_bytes(
                {
                    "weights": {"middle": weights.middle, "threat": weights.threat},
                    "games": [games[position] for position in order],
                }
            )
        },
    )


def draw_weights(rng: Generator) -> Weights:
    """Return a deployment's own evaluation for its two deeper searchers."""
    return Weights(middle=float(rng.uniform(0.15, 0.6)), threat=float(rng.uniform(0.7, 1.4)))


def opening_from(entry: dict[str, Any]) -> Opening:
    """Return an opening from its entry in league.json."""
    shape = Shape(entry["rows"], entry["cols"], entry["inarow"])
    return Opening(shape, *from_cells(shape, entry["board"]))


def _games(streams: Streams, *, public: bool, pairs: int) -> list[dict[str, Any]]:
    split = "public" if public else "private"
    sizes = boards(pairs * len(RATINGS))
    order = streams(f"boards/{split}").permutation(len(sizes))
    games = []
    for pair, position in enumerate(order):
        rng = streams(f"opening/{split}", pair)
        opening = draw(sizes[position], rng)
        for begins in (True, False):
            games.append(
                {
                    **_shown(opening),
                    "bot": list(RATINGS)[pair % len(RATINGS)],
                    "learner_begins": begins,
                    "seed": int(rng.integers(2**32)),
                    "public": public,
                    "pair": pair,
                }
            )
    return games


def _shown(opening: Opening) -> dict[str, Any]:
    shape = opening.shape
    return {
        "rows": shape.rows,
        "cols": shape.cols,
        "inarow": shape.inarow,
        "board": to_cells(shape, opening.first, opening.second),
        "to_move": 1 if opening.first_to_move else 2,
    }
