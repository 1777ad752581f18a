"""Artists of two genres, their tracks, and what a computer hears in them.

structure ──> Scene ──> artist: a sub-genre, a personal sound, a popularity ──> tracks: six hidden qualities
              └─────────────────────────────────────────────────────────────> 8 songlike and 24 signal figures
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

Array = NDArray[np.float64]

GENRES = np.array(["Rock", "Hip-Hop"])
QUALITIES = 6
SUB_GENRES = 3
"""Of each genre; 0 to 2 are Rock, 3 to 5 Hip-Hop."""

HIP_HOP_SHARE = 0.19
STRAYS = 0.15
"""Tracks in another sub-genre than their artist's own, of either genre: the rock band that raps once."""
ARTIST_SD, TRACK_SD, SUB_GENRE_SD, AXIS_LENGTH = 0.6, 0.8, 0.75, 2.5
MORE_TRACKS, MOST_TRACKS = 0.15, 40
"""Geometric number of tracks of an artist."""

SONGLIKE = (
    "acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "tempo", "valence",
)  # fmt: skip
TEMPO_BPM = (60.0, 190.0)

SIGNAL = {
    "spectral_centroid_hz": (2300.0, 420.0),
    "spectral_bandwidth_hz": (2050.0, 260.0),
    "spectral_flatness": (0.031, 0.009),
    "zero_crossing_rate": (0.082, 0.017),
    "loudness_db": (-11.5, 2.6),
    "onset_rate_hz": (3.1, 0.7),
    "beat_strength": (1.35, 0.28),
    "low_band_share": (0.34, 0.07),
    "dynamic_range_db": (9.2, 2.1),
    "chroma_entropy": (2.9, 0.18),
    "harmonic_ratio": (0.61, 0.09),
    "mfcc_1": (-145.0, 48.0),
    "mfcc_2": (98.0, 21.0),
    "mfcc_3": (-12.0, 14.0),
    "mfcc_4": (28.0, 10.0),
    "mfcc_5": (-4.0, 8.0),
    "mfcc_6": (9.0, 6.5),
    "mfcc_7": (-6.0, 5.5),
}
"""Name -> mean and standard deviation over the catalogue."""

TWINS = {
    "spectral_rolloff_hz": ("spectral_centroid_hz", 4650.0, 830.0),
    "spectral_contrast_db": ("spectral_bandwidth_hz", 21.0, 2.2),
    "rms_energy": ("loudness_db", 0.14, 0.035),
    "onset_strength": ("onset_rate_hz", 1.28, 0.3),
    "sub_bass_share": ("low_band_share", 0.12, 0.028),
    "percussive_ratio": ("harmonic_ratio", 0.39, 0.08),
}
"""Name -> of which signal it is almost a copy, in other units: mean and standard deviation."""
TWIN_NOISE = 0.12

BIT_RATES = np.array([128_000, 192_000, 256_000, 320_000])


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The secret of one edition."""

    centres: Array
    """(6, 6) each sub-genre's qualities."""
    songlike: Array
    """(6, 8)"""
    signal: Array
    """(6, 18)"""
    power: Array
    """(8,) how a songlike figure bends."""


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """Tracks of one catalogue, artist by artist."""

    artist: NDArray[np.int64]
    genre: NDArray[np.int64]
    qualities: Array
    chance: Array
    """Chance of Hip-Hop to somebody who knows the artist's sub-genre and sound and the qualities of the track."""
    listens: NDArray[np.int64]
    bit_rate: NDArray[np.int64]
    duration_s: NDArray[np.int64]


def draw_scene(rng: Generator) -> Scene:
    axis = rng.standard_normal(QUALITIES)
    axis *= AXIS_LENGTH / 2 / np.linalg.norm(axis)
    side = np.repeat([-1.0, 1.0], SUB_GENRES)
    return Scene(
        centres=side[:, None] * axis + rng.normal(0, SUB_GENRE_SD, (2 * SUB_GENRES, QUALITIES)),
        songlike=rng.standard_normal((QUALITIES, len(SONGLIKE))) / np.sqrt(QUALITIES),
        signal=rng.standard_normal((QUALITIES, len(SIGNAL))) / np.sqrt(QUALITIES),
        power=rng.uniform(0.7, 1.5, len(SONGLIKE)),
    )


def record(scene: Scene, artists: int, rng: Generator) -> Tracks:
    """Return the tracks of so many artists."""
    per_artist = np.minimum(rng.geometric(MORE_TRACKS, artists), MOST_TRACKS)
    hip_hop = rng.random(artists) < HIP_HOP_SHARE
    home = rng.integers(0, SUB_GENRES, artists) + SUB_GENRES * hip_hop
    sound = rng.normal(0, ARTIST_SD, (artists, QUALITIES))
    artist = np.repeat(np.arange(artists), per_artist)
    count = len(artist)
    strays = rng.random(count) < STRAYS
    sub_genre = np.where(strays, rng.integers(0, 2 * SUB_GENRES, count), home[artist])
    qualities = scene.centres[sub_genre] + sound[artist] + rng.normal(0, TRACK_SD, (count, QUALITIES))
    # How often a track is heard and how it was stored are the artist's affair and tell nothing of the genre.
    fame = rng.normal(6.5, 1.4, artists)
    encoder = rng.integers(0, len(BIT_RATES), artists)
    other = rng.integers(0, len(BIT_RATES), count)
    return Tracks(
        artist=artist,
        genre=(sub_genre >= SUB_GENRES).astype(np.int64),
        qualities=qualities,
        chance=_chance(scene, qualities, home[artist], sound[artist]),
        listens=np.round(np.exp(fame[artist] + rng.normal(0, 0.8, count))).astype(np.int64),
        bit_rate=BIT_RATES[np.where(rng.random(count) < 0.85, encoder[artist], other)],
        duration_s=np.round(np.exp(rng.normal(5.4, 0.28, count) - 0.06 * (sub_genre >= SUB_GENRES))).astype(np.int64),
    )


def heard(scene: Scene, tracks: Tracks, rng: Generator) -> pd.DataFrame:
    """Return what a computer hears: 8 songlike figures from 0 to 1 (tempo in beats a minute) and 24 of the signal."""
    count = len(tracks.artist)
    mixed = tracks.qualities @ scene.songlike
    bent = np.sign(mixed) * np.abs(mixed) ** scene.power
    songlike = expit(1.3 * bent + 0.35 * rng.standard_t(5, bent.shape))
    table = pd.DataFrame(np.round(songlike, 4), columns=list(SONGLIKE))
    low, high = TEMPO_BPM
    table["tempo"] = np.round(low + (high - low) * songlike[:, SONGLIKE.index("tempo")], 2)

    curve = 0.5 * np.tanh(tracks.qualities[:, :1] * tracks.qualities[:, 1:2])
    signal = tracks.qualities @ scene.signal + curve + rng.normal(0, 0.9, (count, len(SIGNAL)))
    signal /= np.sqrt((scene.signal**2).sum(axis=0) * 2.2 + 0.9)
    for place, (name, (mean, sd)) in enumerate(SIGNAL.items()):
        table[name] = _written(mean, sd, signal[:, place])
    for name, (twin, mean, sd) in TWINS.items():
        copy = signal[:, list(SIGNAL).index(twin)] + TWIN_NOISE * rng.standard_normal(count)
        table[name] = _written(mean, sd, copy if name != "percussive_ratio" else -copy)
    return table


def _written(mean: float, sd: float, values: Array) -> Array:
    digits = max(0, int(2 - np.floor(np.log10(sd))))
    written: Array = np.round(mean + sd * values, digits)
    return written


def _chance(scene: Scene, qualities: Array, home: NDArray[np.int64], sound: Array) -> Array:
    away = qualities[:, None] - sound[:, None] - scene.centres
    logs = -0.5 * (away**2).sum(axis=2) / TRACK_SD**2
    share = np.full(logs.shape, STRAYS / (2 * SUB_GENRES))
    share[np.arange(len(home)), home] += 1 - STRAYS
    logs += np.log(share)
    chance: Array = np.exp(logsumexp(logs[:, SUB_GENRES:], axis=1) - logsumexp(logs, axis=1))
    return chance


def telling(scene: Scene, tracks: Tracks) -> Array:
    """Return the chance of Hip-Hop to somebody who knows the scene and a track's qualities, but not its artist."""
    away = ((tracks.qualities[:, None] - scene.centres) ** 2).sum(axis=2)
    logs = -0.5 * away / (ARTIST_SD**2 + TRACK_SD**2) + np.log(
        np.repeat([1 - HIP_HOP_SHARE, HIP_HOP_SHARE], SUB_GENRES)
    )
    chance: Array = np.exp(logsumexp(logs[:, SUB_GENRES:], axis=1) - logsumexp(logs, axis=1))
    return chance
