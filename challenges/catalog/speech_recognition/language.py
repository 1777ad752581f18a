"""The trade language of the harbour: forty secret words and the way calls are put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from challenges.worlds.voices import CLOSE_PAIRS, CONSONANTS, VOWELS

COUNTS = {"ship": 12, "order": 8, "number": 10, "place": 8, "link": 1, "end": 1}
MINIMAL_PAIRS = {"ship": 2, "order": 1, "number": 2, "place": 1}
"""Pairs of words of one kind that differ in one sound, and that sound is easily taken for the other."""
FILLER = "em"
"""What people say while they think; it is never transcribed."""


@dataclass(frozen=True, kw_only=True)
class Language:
    words: dict[str, tuple[str, ...]]
    """Kind -> words; a word is spelt as it is spoken, one letter a sound."""
    first: dict[str, NDArray[np.float64]]
    """Kind -> how often its words are chosen where nothing before matters."""
    after: dict[tuple[str, str], NDArray[np.float64]]
    """(kind before, kind) -> (words before, words) chances."""

    def lexicon(self) -> list[str]:
        """Return all words, sorted."""
        return sorted(word for words in self.words.values() for word in words)


def draw_language(rng: np.random.Generator) -> Language:
    """Return words and bigrams, redrawn until a word is as hard to foresee as planned."""
    sounds = [*rng.choice(CONSONANTS, size=15, replace=False)]
    words = _draw_words(rng, sounds)
    while True:
        first = {kind: rng.dirichlet(np.full(count, 2.0)) for kind, count in COUNTS.items()}
        pairs = [(before, kind) for before in COUNTS for kind in COUNTS]
        after = {pair: np.stack([_pulled(rng, first[pair[1]]) for _ in range(COUNTS[pair[0]])]) for pair in pairs}
        if 5.0 < _perplexity(first, after) < 7.0:
            return Language(words=words, first=first, after=after)


def draw_call(rng: np.random.Generator, language: Language) -> list[str]:
    """Return the words of one call: ship, perhaps the ship that calls, order, numbers, place, perhaps the end word."""
    kinds = ["ship"]
    if rng.random() < 0.25:
        kinds += ["link", "ship"]
    kinds += ["order"]
    kinds += ["number"] * int(rng.choice([0, 1, 2, 3], p=[0.3, 0.3, 0.3, 0.1]))
    kinds += ["place"]
    if rng.random() < 0.3:
        kinds += ["end"]
    kinds = kinds[:8]
    call: list[str] = []
    place = 0
    for position, kind in enumerate(kinds):
        chances = language.first[kind] if position == 0 else language.after[kinds[position - 1], kind][place]
        place = int(rng.choice(len(chances), p=chances))
        call.append(language.words[kind][place])
    return call


def _draw_words(rng: np.random.Generator, consonants: list[str]) -> dict[str, tuple[str, ...]]:
    taken: list[str] = [FILLER]
    words: dict[str, tuple[str, ...]] = {}
    for kind, count in COUNTS.items():
        own: list[str] = []
        for _ in range(MINIMAL_PAIRS.get(kind, 0)):
            own += _minimal_pair(rng, consonants, taken)
        while len(own) < count:
            own.append(_new_word(rng, consonants, taken))
        words[kind] = tuple(str(word) for word in rng.permutation(own))
    return words


def _minimal_pair(rng: np.random.Generator, consonants: list[str], taken: list[str]) -> list[str]:
    sounds = {*consonants, *VOWELS}
    while True:
        word = _word(rng, consonants)
        swaps = [(one, other) for one, other in map(sorted, CLOSE_PAIRS) if {one, other} <= sounds]
        one, other = swaps[int(rng.integers(len(swaps)))]
        twin = word.replace(one, other, 1)
        if twin != word and all(_differ(new, old) for new in (word, twin) for old in taken):
            taken += [word, twin]
            return [word, twin]


def _new_word(rng: np.random.Generator, consonants: list[str], taken: list[str]) -> str:
    while True:
        word = _word(rng, consonants)
        if all(_differ(word, old) for old in taken):
            taken.append(word)
            return word


def _word(rng: np.random.Generator, consonants: list[str]) -> str:
    syllables = int(rng.choice([2, 3, 4], p=[0.75, 0.2, 0.05]))
    word = ""
    for _ in range(syllables):
        word += str(rng.choice(consonants)) + str(rng.choice(VOWELS))
    closers = [sound for sound in consonants if sound in "mnlrsfc"]
    return word + str(rng.choice(closers)) if closers and rng.random() < 0.35 else word


def _differ(one: str, other: str) -> bool:
    """Whether two words differ in at least two sounds at any shift of the shorter."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return True
    shifts = [long[shift : shift + len(short)] for shift in range(len(long) - len(short) + 1)]
    return min(sum(a != b for a, b in zip(short, part, strict=True)) for part in shifts) >= 2


def _pulled(rng: np.random.Generator, usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return chances around the usual ones, sharper or flatter by luck."""
    drawn = rng.dirichlet(usual * len(usual) * 0.8 + 0.05)
    return 0.97 * drawn + 0.03 / len(usual)


def _perplexity(first: dict[str, NDArray[np.float64]], after: dict[tuple[str, str], NDArray[np.float64]]) -> float:
    """Return the perplexity of the open words of a call, weighted as calls use them."""
    steps = [("ship", "order", 1.0), ("order", "number", 0.7), ("number", "number", 0.5), ("number", "place", 0.7),
             ("order", "place", 0.3), ("link", "ship", 0.25)]  # fmt: skip
    total = _entropy(first["ship"])
    for before, kind, weight in steps:
        total += weight * float(np.mean([_entropy(row) for row in after[before, kind]]))
    return float(np.exp(total / (1 + sum(weight for *_, weight in steps))))


def _entropy(chances: NDArray[np.float64]) -> float:
    return float(-(chances * np.log(chances)).sum())
