"""A minted audience: whom which film would please is known for all, so that a shelf can be judged film by film.

structure ──> films, viewers ──> liking of every film by every viewer, on the first and on the last day
watching  ──> which films each has seen (those that they like, more often), when, and the stars
split     ──> the last ten ratings of each viewer are asked for; public / private by viewer
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.metrics.ranking import ndcg_at_k
from challenges.metrics.vectors import rmse_columns
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds import reels
from challenges.worlds.reels import Array, Codes, Films, Viewers

VIEWERS = {Size.SMALL: 1_500, Size.FULL: 6_000}
FILMS = {Size.SMALL: 900, Size.FULL: 3_700}
RATINGS_A_VIEWER = {Size.SMALL: (35, 0.75), Size.FULL: (95, 0.9)}
"""Median and log standard deviation of what a viewer has rated before the test; at least FEWEST."""
FEWEST, MOST = 15, 400
NEWCOMERS = 0.12
"""Viewers with one to three ratings."""
NEW_FILMS = 0.04
"""Films that nobody has rated yet."""
ASKED = 10
SHELF = 10
PUBLIC_SHARE = 0.3

GOOD_FILMS = 100
"""Films of a viewer's shelf that earn anything: the best of those that are left, one in nine or fewer."""
BEST_SHARE = 0.05
START, DAYS, TEST_DAYS = date(2021, 3, 1), 1_200, 60
AGE_BANDS = ("under 25", "25-34", "35-49", "50-64", "65 and over")


@dataclass(frozen=True, kw_only=True)
class Evenings:
    """Who saw what when, and what they thought of it."""

    viewer: Codes
    film: Codes
    day: Codes
    asked: NDArray[np.bool_]
    liking: Array
    stars: Array
    newcomer: NDArray[np.bool_]
    """(viewers,) who has hardly rated anything before the test."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the ratings, the pairs that are asked for, and what everybody would like best of all that is left."""
    films = reels.shoot(FILMS[size], streams("structure"))
    viewers = reels.invite(VIEWERS[size], streams("audience"))
    late = reels.liking(films, viewers, late=True)
    evenings = _watch(films, viewers, late, streams, size)

    viewer_ids, film_ids = streams.ids("viewers", VIEWERS[size]), streams.ids("films", FILMS[size])
    rated, asked = evenings_table(evenings, ~evenings.asked), evenings_table(evenings, evenings.asked)
    asked["pair_id"] = streams.ids("pairs", len(asked))
    shuffle = streams("shuffle")
    asked = asked.iloc[shuffle.permutation(len(asked))]

    order = shuffle.permutation(VIEWERS[size])
    pairs = [asked[asked["viewer"] == viewer] for viewer in order]
    seen = np.zeros(late.shape, dtype=bool)
    seen[evenings.viewer, evenings.film] = True
    left = np.where(seen, -np.inf, late)
    liking, best = _truth_of_shelves(left[order], film_ids)
    stars = np.array([pair["stars"] for pair in pairs])
    public = np.zeros(len(order), dtype=bool)
    public[streams("split").permutation(len(order))[: round(PUBLIC_SHARE * len(order))]] = True

    mean = float(rated["stars"].mean())
    popular = np.bincount(rated["film"], minlength=FILMS[size]).astype(np.float64)
    floor_shelf = _shelves(np.where(seen, -np.inf, popular)[order], film_ids)
    floor_stars = np.full(stars.shape, mean)
    ceiling_stars = np.array([np.clip(pair["liking"], 0.5, 5) for pair in pairs])
    pair_ids = np.empty(len(order), dtype=object)
    for place, pair in enumerate(pairs):
        pair_ids[place] = pair["pair_id"].to_numpy(dtype=np.str_)
    ids = viewer_ids[order]
    return Dataset(
        public={
            "ratings.csv": csv_bytes(_ratings(rated, viewer_ids, film_ids, shuffle)),
            "films.csv": csv_bytes(_catalogue(films, film_ids, shuffle)),
            "users.csv": csv_bytes(_audience(viewers, evenings, viewer_ids, streams("ages"))),
            "test_pairs.csv": csv_bytes(
                pd.DataFrame(
                    {
                        "pair_id": asked["pair_id"],
                        "user": viewer_ids[asked["viewer"]],
                        "film": film_ids[asked["film"]],
                    }
                )
            ),
            "sample_submission.zip": answer(ids, pair_ids, floor_stars, floor_shelf),
        },
        truth=Truth(
            ids={"user": ids, "pair_id": pair_ids},
            columns={
                "stars": stars,
                "liking": liking,
                "best": best,
                "floor_rmse": _by_split(public, lambda rows: rmse_columns(stars[rows], floor_stars[rows])),
                "ceiling_rmse": _by_split(public, lambda rows: rmse_columns(stars[rows], ceiling_stars[rows])),
                "floor_ndcg": _by_split(public, lambda rows: ndcg_at_k(liking[rows], floor_shelf[rows], k=SHELF)),
            },
            facts={"newcomer": evenings.newcomer[order].astype(np.int64)},
            public=public,
            unit=np.arange(len(order)),
        ),
        floor=answer(ids, pair_ids, floor_stars, floor_shelf),
        ceiling=answer(ids, pair_ids, ceiling_stars, _shelves(left[order], film_ids)),
    )


def answer(ids: NDArray[np.str_], pair_ids: NDArray[np.object_], stars: Array, shelf: NDArray[np.str_]) -> bytes:
    """Return an answer as a learner zips it."""
    ratings = pd.DataFrame(
        {
            "user": np.repeat(ids, ASKED),
            "pair_id": np.concatenate(list(pair_ids)),
            "rating": np.round(stars.ravel(), 5),
        }
    )
    top = pd.DataFrame(
        {"user": np.repeat(ids, SHELF), "rank": np.tile(np.arange(1, SHELF + 1), len(ids)), "film": shelf.ravel()}
    )
    return zip_bytes({"ratings.csv": csv_bytes(ratings), "top10.csv": csv_bytes(top)})


def evenings_table(evenings: Evenings, rows: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the chosen evenings as a table of codes."""
    names = ("viewer", "film", "day", "stars", "liking")
    return pd.DataFrame({name: getattr(evenings, name)[rows] for name in names})


def _watch(films: Films, viewers: Viewers, late: Array, streams: Streams, size: Size) -> Evenings:
    rng = streams("watching")
    early = reels.liking(films, viewers)
    new = np.zeros(len(films.title), dtype=bool)
    new[streams("new films").permutation(len(new))[: round(NEW_FILMS * len(new))]] = True
    median, spread = RATINGS_A_VIEWER[size]
    history = np.clip(np.exp(rng.normal(np.log(median), spread, len(early))), FEWEST, MOST).astype(np.int64)
    newcomer = rng.random(len(early)) < NEWCOMERS
    history[newcomer] = rng.integers(1, 4, int(newcomer.sum()))
    rows: list[tuple[int, int, int, bool]] = []
    for viewer, count in enumerate(history):
        pull = films.fame + reels.PULL * early[viewer]
        before = reels.watched(np.where(new, -np.inf, pull), int(count), rng)
        pull = films.fame + reels.PULL * late[viewer]
        pull[before] = -np.inf
        after = reels.watched(pull, ASKED, rng)
        joined = int(rng.integers(DAYS - 40, DAYS - 5)) if newcomer[viewer] else int(rng.integers(0, DAYS - 100))
        days = np.sort(rng.integers(joined, DAYS, len(before)))
        rows += [(viewer, int(film), int(day), False) for film, day in zip(before, days, strict=True)]
        rows += [(viewer, int(film), DAYS + int(rng.integers(TEST_DAYS)), True) for film in after]
    viewer_, film, day = np.array([row[:3] for row in rows]).T
    share = np.minimum(day / DAYS, 1.0)
    liking = (1 - share) * early[viewer_, film] + share * late[viewer_, film]
    return Evenings(
        viewer=viewer_,
        film=film,
        day=day,
        asked=np.array([row[3] for row in rows]),
        liking=liking,
        stars=reels.stars(liking, rng),
        newcomer=newcomer,
    )


def _truth_of_shelves(left: Array, film_ids: NDArray[np.str_]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return for each viewer film -> gain of the best films that are left, and the best one in twenty of them."""
    liking, best = np.empty(len(left), dtype=object), np.empty(len(left), dtype=object)
    count = round(BEST_SHARE * left.shape[1])
    for place, row in enumerate(left):
        top = np.argsort(-row, kind="stable")[:GOOD_FILMS]
        gain = np.round(2 ** np.clip(row[top] - 2.5, 0.01, 2.5) - 1, 4)
        liking[place] = dict(zip(film_ids[top].tolist(), gain.tolist(), strict=True))
        best[place] = film_ids[top[:count]].tolist()
    return liking, best


def _shelves(worth: Array, film_ids: NDArray[np.str_]) -> NDArray[np.str_]:
    return film_ids[np.argsort(-worth, axis=1, kind="stable")[:, :SHELF]]


def _by_split(public: NDArray[np.bool_], value: Callable[[NDArray[np.bool_]], float]) -> Array:
    """Return a column that holds one value on the public rows and one on the private ones."""
    column: Array = np.where(public, value(public), value(~public))
    return column


def _ratings(
    rated: pd.DataFrame, viewer_ids: NDArray[np.str_], film_ids: NDArray[np.str_], rng: np.random.Generator
) -> pd.DataFrame:
    rated = rated.iloc[rng.permutation(len(rated))]
    return pd.DataFrame(
        {
            "user": viewer_ids[rated["viewer"]],
            "film": film_ids[rated["film"]],
            "rating": rated["stars"].to_numpy(),
            "date": [_date(day) for day in rated["day"]],
        }
    )


def _catalogue(films: Films, film_ids: NDArray[np.str_], rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "film": film_ids,
            "title": films.title,
            "year": films.year,
            "genres": ["|".join(kinds) for kinds in films.genres],
            "director": films.director,
            "studio": films.studio,
            "tags": ["|".join(tags) for tags in films.tags],
        }
    )
    return table.iloc[rng.permutation(len(table))]


def _audience(
    viewers: Viewers, evenings: Evenings, viewer_ids: NDArray[np.str_], rng: np.random.Generator
) -> pd.DataFrame:
    first = pd.Series(evenings.day).groupby(evenings.viewer).min().to_numpy()
    typical = rng.integers(0, len(AGE_BANDS), int(viewers.tribe.max()) + 1)
    age = np.clip(typical[viewers.tribe] + rng.choice([-1, 0, 0, 1], len(first)), 0, len(AGE_BANDS) - 1)
    table = pd.DataFrame(
        {
            "user": viewer_ids,
            "age_band": np.array(AGE_BANDS)[age],
            "joined": [_date(day) for day in first],
        }
    )
    return table.iloc[rng.permutation(len(table))]


def _date(day: int) -> str:
    return (START + timedelta(days=int(day))).isoformat()
