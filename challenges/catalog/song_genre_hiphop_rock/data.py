"""A label's back catalogue: tracks in one file, what a computer heard in another, tags of Rock and Hip-Hop.

    structure ──> Scene ──> record(train artists) ──> wrong tags, re-releases, gaps ──> tracks.csv, features.json
                       └──> record(test artists)  ──> gaps ──> test_tracks.csv, test_features.json

No artist is in both. An artist's tracks are mostly of one genre, so artists, not tracks, are resampled. The ceiling
knows artists and hidden qualities.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from challenges.catalog.song_genre_hiphop_rock.songs import GENRES, Scene, Tracks, draw_scene, heard, record, telling
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes
from challenges.spec import Size

TRAIN_ARTISTS = {Size.SMALL: 700, Size.FULL: 7_000}
TEST_ARTISTS = {Size.SMALL: 600, Size.FULL: 5_000}
"""Of 420 artists f1_macro would be uncertain by .02, a third of the step that good work makes."""
PUBLIC_SHARE = 0.3

WRONG_TAGS = 0.03
RE_RELEASES, CONTRADICTED = 0.04, 0.25
GAPS = 0.02

BEST_F1_BAND = (0.86, 0.91)
"""Of a judge who knows the scene and the hidden qualities of a track, but not its artist."""
HIP_HOP_BAND = (0.17, 0.23)
"""Share of test tracks: artists with forty tracks make it stray."""
JUDGED_ARTISTS = 600
MOST_DRAWS = 300


def mint(streams: Streams, size: Size) -> Dataset:
    """Return tagged tracks of some artists, untagged ones of others, and the right tags of those."""
    scene = _draw_scene(streams("structure"))
    train = record(scene, TRAIN_ARTISTS[size], streams("train"))
    test = _recorded(scene, TEST_ARTISTS[size], streams)
    artists = streams.ids("artists", TRAIN_ARTISTS[size] + TEST_ARTISTS[size])
    train_list = _listed(train, artists[: TRAIN_ARTISTS[size]])
    train_list["genre"] = GENRES[_tagged(train.genre, streams("tags"))]
    train_heard = heard(scene, train, streams("train figures"))
    twice = streams("re-releases").random(len(train_list)) < RE_RELEASES
    train_list = pd.concat([train_list, _re_released(train_list[twice], streams("re-releases", 1))], ignore_index=True)
    train_heard = pd.concat([train_heard, train_heard[twice]], ignore_index=True)
    test_list = _listed(test, artists[TRAIN_ARTISTS[size] :])
    test_heard = heard(scene, test, streams("test figures"))

    ids = streams.ids("tracks", len(train_list) + len(test_list))
    train_ids, test_ids = ids[: len(train_list)], ids[len(train_list) :]
    rows = streams("shuffle").permutation(len(test_ids))
    test_ids, genre, chance = test_ids[rows], test.genre[rows], test.chance[rows]
    return Dataset(
        public={
            **_files("", train_ids, train_list, train_heard, streams),
            **_files("test_", test_ids, test_list.iloc[rows], test_heard.iloc[rows], streams),
            "sample_submission.csv": _answer(test_ids, np.zeros(len(test_ids), dtype=np.int64)),
        },
        truth=Truth(
            ids={"track_id": test_ids},
            columns={"genre": GENRES[genre]},
            public=_public_rows(test.artist[rows], genre, streams("split")),
            unit=test.artist[rows],
        ),
        floor=_answer(test_ids, _drawn(streams("floor"), share=float(train.genre.mean()), tracks=len(test_ids))),
        ceiling=_answer(test_ids, (chance > 0.5).astype(np.int64)),
    )


def _draw_scene(rng: Generator) -> Scene:
    for _ in range(MOST_DRAWS):
        scene = draw_scene(rng)
        tracks = record(scene, JUDGED_ARTISTS, rng)
        best = f1_score(tracks.genre, telling(scene, tracks) > 0.45, average="macro")
        if BEST_F1_BAND[0] <= best <= BEST_F1_BAND[1]:
            return scene
    raise InvalidChallenge(f"song_genre_hiphop_rock/data.py: none of {MOST_DRAWS} scenes was fit for a challenge")


def _recorded(scene: Scene, artists: int, streams: Streams) -> Tracks:
    for attempt in range(MOST_DRAWS):
        tracks = record(scene, artists, streams("test", attempt))
        if HIP_HOP_BAND[0] <= tracks.genre.mean() <= HIP_HOP_BAND[1]:
            return tracks
    raise InvalidChallenge(f"song_genre_hiphop_rock/data.py: none of {MOST_DRAWS} catalogues had both genres in plenty")


def _listed(tracks: Tracks, artists: NDArray[np.str_]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "artist_id": artists[tracks.artist],
            "duration": tracks.duration_s,
            "listens": tracks.listens,
            "bit_rate": tracks.bit_rate,
        }
    )


def _tagged(genre: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
    """Return the tags that somebody typed: a few are wrong."""
    return np.where(rng.random(len(genre)) < WRONG_TAGS, 1 - genre, genre)


def _re_released(tracks: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Return the same recordings on a later album: other listens, and a quarter of them under the other tag."""
    again = tracks.copy()
    again["listens"] = np.round(again["listens"] * rng.lognormal(-1, 0.6, len(again))).astype(np.int64)
    other = np.where(again["genre"] == GENRES[0], GENRES[1], GENRES[0])
    again["genre"] = np.where(rng.random(len(again)) < CONTRADICTED, other, again["genre"])
    return again


def _files(
    prefix: str, ids: NDArray[np.str_], listed: pd.DataFrame, figures: pd.DataFrame, streams: Streams
) -> dict[str, bytes]:
    """Return a csv of tracks and a JSON of what was heard, each in an order of its own, some of the latter lost."""
    lost = streams(f"gaps {prefix}").random(figures.shape) < GAPS
    figures = figures.mask(lost)
    figures.insert(0, "track_id", ids)
    figures = figures.iloc[streams(f"shuffle {prefix}features").permutation(len(ids))]
    listed = listed.copy()
    listed.insert(0, "track_id", ids)
    listed = listed.iloc[streams(f"shuffle {prefix}tracks").permutation(len(ids))]
    columns = {name: [None if pd.isna(cell) else cell for cell in figures[name].tolist()] for name in figures}
    return {f"{prefix}tracks.csv": csv_bytes(listed), f"{prefix}features.json": json_bytes(columns)}


def _public_rows(artist: NDArray[np.int64], genre: NDArray[np.int64], rng: Generator) -> NDArray[np.bool_]:
    """Return which rows the public board uses: whole artists, evenly spread over their share of Hip-Hop and length."""
    names, code = np.unique(artist, return_inverse=True)
    length = np.bincount(code)
    share = np.bincount(code, weights=genre) / length
    order = np.lexsort([rng.random(len(names)), length, share > 0.5])
    steps = np.floor(np.arange(len(names) + 1) * PUBLIC_SHARE + rng.random())
    public = np.zeros(len(names), dtype=np.bool_)
    public[order] = np.diff(steps) > 0
    return public[code]


def _drawn(rng: Generator, *, share: float, tracks: int) -> NDArray[np.int64]:
    """Return genres drawn blindly in the shares of the train set: for F1 of both genres better than all Rock."""
    return (rng.random(tracks) < share).astype(np.int64)


def _answer(ids: NDArray[np.str_], genre: NDArray[np.int64]) -> bytes:
    return csv_bytes(pd.DataFrame({"track_id": ids, "genre": GENRES[genre]}))
