"""Films, people who watch them, and how much everybody would like every film - also those that nobody rated.

genres, directors ──> vector and quality of a film ──┐
                                                     ├──> liking = mean + generosity + quality + taste . vector
tribes, drift ──────> taste of a viewer ─────────────┘
liking, fame ───────> which films somebody gets to see: far more often those that they like
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

TRAITS = 10
"""Length of a vector of taste."""
MEAN_STARS = 3.45
GENEROSITY, QUALITY, TASTE = 0.35, 0.42, 0.62
"""Standard deviations in stars: of viewers, of films, of what only this viewer finds in this film."""
NOISE = 0.72
"""The same film on another evening."""
PULL = 0.75
"""How much more often, in log odds a star, people watch what they will like."""

GENRES = (
    "drama", "comedy", "crime", "thriller", "romance", "adventure", "science fiction", "horror", "documentary",
    "animation", "history", "music",
)  # fmt: skip
TAGS = (
    ("slow", "quiet", "contemplative"), ("fast", "loud", "breathless"), ("bleak", "cold", "hopeless"),
    ("warm", "tender", "kind"), ("witty", "dry", "clever"), ("silly", "slapstick", "absurd"),
    ("violent", "gory", "cruel"), ("harmless", "family", "cosy"), ("puzzling", "dreamlike", "symbolic"),
    ("plain", "true to life", "everyday"), ("epic", "lavish", "crowded"), ("small", "two people", "one room"),
    ("twist", "double-cross", "paranoia"), ("straightforward", "old-fashioned", "honest"),
    ("political", "angry", "strike"), ("nostalgic", "summer", "childhood"), ("stylish", "neon", "night"),
    ("rural", "harvest", "mountains"), ("songs", "dance", "stage"), ("silence", "sea", "winter"),
)  # fmt: skip
"""Three words for either end of each trait."""

_FIRST = (
    "Silent", "Last", "Broken", "Golden", "Hidden", "Seventh", "Paper", "Crooked", "Distant", "Burning", "Empty",
    "Second", "Northern", "Blue", "Wooden", "Restless", "Gentle", "Forgotten", "Midnight", "Borrowed", "Narrow",
    "Iron", "Velvet", "Open", "Frozen", "Hollow", "Early", "Painted", "Quiet", "Scarlet",
)  # fmt: skip
_SECOND = (
    "Harbour", "Winter", "Letter", "Orchard", "Bridge", "Witness", "Garden", "Station", "Mirror", "Summer", "River",
    "House", "Passenger", "Island", "Clock", "Stranger", "Road", "Wedding", "Signal", "Circus", "Lantern", "Valley",
    "Debt", "Promise", "Kitchen", "Tide", "Engine", "Shadow", "Alibi", "Parade", "Telegram", "Attic", "Ferry",
)  # fmt: skip
_NAMES = (
    "Abelard", "Bruno", "Carla", "Dora", "Elio", "Femke", "Gustav", "Hana", "Ilse", "Jonas", "Klara", "Lior", "Mirela",
    "Nuno", "Olga", "Petra", "Quentin", "Rosa", "Sander", "Tilda", "Ugo", "Vera", "Wim", "Yara", "Zeno",
)  # fmt: skip
_SURNAMES = (
    "Almgren", "Berano", "Castell", "Dovrin", "Eskola", "Ferrant", "Grimaud", "Holt", "Ivarsen", "Jankel", "Korda",
    "Lindqvist", "Marais", "Novik", "Ostrow", "Pellar", "Quist", "Rademaker", "Solano", "Tamm", "Urban", "Varga",
)  # fmt: skip
STUDIOS = (
    "Aster", "Beacon Hill", "Continental", "Drift", "Eleven", "Fourth Wall", "Gaumark", "Harlequin", "Ibis", "Juniper",
    "Kestrel", "Lumen",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Films:
    """The catalogue; all arrays have one entry a film."""

    title: list[str]
    year: Codes
    genres: list[tuple[str, ...]]
    director: list[str]
    studio: list[str]
    tags: list[tuple[str, ...]]
    vector: Array
    quality: Array
    fame: Array
    """Log of how often somebody meets it who does not care."""


@dataclass(frozen=True, kw_only=True)
class Viewers:
    """The audience; all arrays have one entry a viewer."""

    tribe: Codes
    generosity: Array
    taste: Array
    later_taste: Array
    """What the taste has become by the last day; the same as before for most."""


def shoot(count: int, rng: np.random.Generator) -> Films:
    """Return a catalogue of films."""
    genre_vectors = rng.normal(size=(len(GENRES), TRAITS))
    directors = max(count // 6, 12)
    fame_of_directors = rng.dirichlet(np.full(directors, 0.7))
    styles, skills = rng.normal(size=(directors, TRAITS)), rng.normal(size=directors)
    homes = rng.integers(0, len(STUDIOS), directors)
    director = rng.choice(directors, size=count, p=fame_of_directors)
    kinds = [_genres_of(rng, genre_vectors) for _ in range(count)]
    own = 0.6 * styles[director] + 0.8 * rng.normal(size=(count, TRAITS))
    vector = 0.8 * np.array([genre_vectors[list(kind)].mean(axis=0) for kind in kinds]) + 0.75 * own
    year = 2024 - np.minimum(rng.gamma(1.3, 13.0, count), 64).astype(np.int64)
    # What is still shown of the old films is the better part of them.
    raw = 0.5 * skills[director] + 0.8 * rng.normal(size=count) + 0.012 * (2024 - year)
    quality = QUALITY * (raw - raw.mean()) / raw.std()
    fame = rng.normal(0, 1.0, count) + 0.45 * quality / QUALITY - 0.012 * (2024 - year)
    names = _distinct(directors, rng, lambda: f"{rng.choice(_NAMES)} {rng.choice(_SURNAMES)}")
    return Films(
        title=_distinct(count, rng, lambda: _title(rng)),
        year=year,
        genres=[tuple(GENRES[genre] for genre in kind) for kind in kinds],
        director=[names[one] for one in director],
        studio=[STUDIOS[homes[one]] if rng.random() < 0.8 else str(rng.choice(STUDIOS)) for one in director],
        tags=[_tags_of(row, rng) for row in vector],
        vector=vector,
        quality=quality,
        fame=fame,
    )


def invite(count: int, rng: np.random.Generator, *, tribes: int = 9, drifting: float = 0.2) -> Viewers:
    """Return an audience; a share of it has another taste on the last day than on the first."""
    tribe = rng.integers(0, tribes, count)
    centres = rng.normal(size=(tribes, TRAITS))
    taste = 0.7 * centres[tribe] + 0.7 * rng.normal(size=(count, TRAITS))
    moved = 0.6 * taste + 0.8 * rng.normal(size=taste.shape)
    drifts = (rng.random(count) < drifting)[:, None]
    return Viewers(
        tribe=tribe,
        generosity=rng.normal(0, GENEROSITY, count),
        taste=taste,
        later_taste=np.where(drifts, moved, taste),
    )


def liking(films: Films, viewers: Viewers, *, late: bool = False) -> Array:
    """Return (viewers, films): the stars that each would give on average, on the first or on the last day."""
    first = viewers.taste @ films.vector.T
    now = viewers.later_taste @ films.vector.T if late else first
    taste = TASTE * (now - first.mean()) / first.std()
    expected: Array = MEAN_STARS + viewers.generosity[:, None] + films.quality + taste
    return expected


def stars(expected: Array, rng: np.random.Generator) -> Array:
    """Return what is noted down: half stars from 0.5 to 5."""
    return np.clip(np.round(2 * (expected + rng.normal(0, NOISE, expected.shape))) / 2, 0.5, 5.0)


def watched(pull: Array, count: int, rng: np.random.Generator) -> Codes:
    """Return `count` different films, drawn one after the other with the chances exp(pull)."""
    # The largest of pull + Gumbel noise are such draws; films with a pull of -inf come last.
    return np.argsort(-(pull + rng.gumbel(size=len(pull))), kind="stable")[:count]


def _genres_of(rng: np.random.Generator, vectors: Array) -> tuple[int, ...]:
    kind = [int(rng.choice(len(GENRES), p=_GENRE_SHARES))]
    for _ in range(int(rng.choice(4, p=[0.35, 0.4, 0.2, 0.05]))):
        nearness = vectors @ vectors[kind[0]] / TRAITS
        nearness[kind] = -np.inf
        weight = np.exp(1.2 * nearness)
        kind.append(int(rng.choice(len(GENRES), p=weight / weight.sum())))
    return tuple(kind)


_GENRE_SHARES = np.array([22, 17, 10, 10, 9, 8, 6, 6, 4, 4, 2, 2]) / 100


def _tags_of(vector: Array, rng: np.random.Generator) -> tuple[str, ...]:
    """Return words that viewers put to a film: for the traits that stand out, some of them missed."""
    ends = np.stack([vector, -vector], axis=1).ravel()
    weight = np.exp(1.5 * ends / np.std(vector))
    chosen = rng.choice(len(ends), size=int(rng.integers(3, 8)), replace=False, p=weight / weight.sum())
    return tuple(dict.fromkeys(str(rng.choice(TAGS[end])) for end in chosen))


def _title(rng: np.random.Generator) -> str:
    first, second, third = rng.choice(_FIRST), rng.choice(_SECOND), rng.choice(_SECOND)
    name = rng.choice(_NAMES)
    patterns = (
        f"The {first} {second}",
        f"{first} {second}",
        f"A {second} for {name}",
        f"The {second} and the {third}",
        f"{second} of the {first} {third}",
        f"{name}'s {second}",
    )
    return str(rng.choice(patterns))


def _distinct(count: int, rng: np.random.Generator, draw: Callable[[], str]) -> list[str]:
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        name = draw()
        drawn[name if name not in drawn else f"{name} {_ROMAN[int(rng.integers(len(_ROMAN)))]}"] = None
    return list(drawn)


_ROMAN = ("II", "III", "IV", "V", "Returns", "Revisited")
