"""How many n-grams a text shares with its references, counted for a whole corpus at once.

A corpus is cut into blocks that fit the processor's cache. Within a block every n-gram is one integer

    row | gram | place      place 0: the prediction; 1, 2, ...: the references of the row

so that one sort brings the occurrences of a gram in a row together, those of the prediction first. A gram of n words
is that of n - 1 words and one word more; where the bits run out, grams are numbered anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

BLOCK = 1 << 16
"""Tokens in a block: half a megabyte of integers, about a second-level cache."""

KEY_BITS = 62


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Texts as integers: the prediction of each row, followed by its references."""

    tokens: Codes
    """All texts one behind the other."""
    lengths: Codes
    """(s,) tokens of each text."""
    rows: Codes
    """(s,) row of each text, ascending."""
    places: Codes
    """(s,) 0 for the prediction, 1, 2, ... for the references of the row."""


def words(predictions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]) -> Segments:
    """Return texts that are lists of words, row by row."""
    texts = _interleaved(predictions, references)
    flat = list(chain.from_iterable(texts))
    number = {word: code for code, word in enumerate(dict.fromkeys(flat))}
    tokens = np.fromiter(map(number.__getitem__, flat), dtype=np.int64, count=len(flat))
    return _segments(tokens, texts, references)


def characters(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> Segments:
    """Return texts as their characters, row by row."""
    texts = _interleaved(predictions, references)
    points = "".join(texts).encode("utf-32-le", "surrogatepass")
    return _segments(np.frombuffer(points, dtype="<u4").astype(np.int64), texts, references)


def _interleaved(predictions: Sequence[Any], references: Sequence[Sequence[Any]]) -> list[Any]:
    return [text for found, expected in zip(predictions, references, strict=True) for text in (found, *expected)]


def _segments(tokens: Codes, texts: Sequence[Sized], references: Sequence[Sequence[Any]]) -> Segments:
    sizes = np.fromiter(map(len, references), dtype=np.int64, count=len(references)) + 1
    starts = np.cumsum(sizes) - sizes
    return Segments(
        tokens=tokens,
        lengths=np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)),
        rows=np.repeat(np.arange(len(sizes)), sizes),
        places=np.arange(len(texts)) - np.repeat(starts, sizes),
    )


def clipped_matches(texts: Segments, *, order: int) -> NDArray[np.float64]:
    """Return (rows, order): n-grams of the prediction found in a reference, for n = 1 to `order`.

    An n-gram counts at most as often as it stands in the reference that holds it most often.
    """
    matches = np.zeros((int(texts.rows[-1]) + 1, order))
    for block in _blocks(texts):
        first, last = int(block.rows[0]), int(block.rows[-1])
        for n, keys, bits in _keys(block, order):
            rows, shared = _shared(keys, bits)
            matches[first : last + 1, n - 1] = np.bincount(rows, weights=shared, minlength=last - first + 1)
    return matches


def _blocks(texts: Segments) -> Iterator[Segments]:
    """Yield runs of whole rows of about BLOCK tokens."""
    starts = np.flatnonzero(np.diff(texts.rows, prepend=-1))
    ends = np.cumsum(texts.lengths)
    before = ends - texts.lengths
    place = 0
    while place < len(starts):
        begin = starts[place]
        last = int(np.searchsorted(before[starts], before[begin] + BLOCK))
        place = max(last, place + 1)
        end = starts[place] if place < len(starts) else len(texts.rows)
        yield Segments(
            tokens=texts.tokens[before[begin] : ends[end - 1]],
            lengths=texts.lengths[begin:end],
            rows=texts.rows[begin:end],
            places=texts.places[begin:end],
        )


@dataclass(frozen=True, kw_only=True)
class _Bits:
    gram: int
    place: int


def _keys(block: Segments, order: int) -> Iterator[tuple[int, Codes, _Bits]]:
    """Yield n, the keys of all n-grams of a block, and how many bits their parts take."""
    place_bits = int(block.places.max()).bit_length()
    row_bits = int(block.rows[-1] - block.rows[0]).bit_length()
    tokens, width = _numbered(block.tokens)
    left = np.repeat(np.cumsum(block.lengths), block.lengths) - np.arange(len(tokens))  # tokens to the text's end
    rows = np.repeat(block.rows - block.rows[0], block.lengths)
    places = np.repeat(block.places, block.lengths)
    at = np.arange(len(tokens))
    grams, bits = tokens, width
    for n in range(1, order + 1):
        if n > 1:
            if bits + width + row_bits + place_bits > KEY_BITS:
                grams, bits = _numbered(grams)
            longer = left[at] >= n
            at = at[longer]
            grams, bits = (grams[longer] << width) | tokens[at + n - 1], bits + width
        yield n, (((rows[at] << bits) | grams) << place_bits) | places[at], _Bits(gram=bits, place=place_bits)


def _numbered(values: Codes) -> tuple[Codes, int]:
    """Return the values as numbers from 0 and the bits that these take."""
    distinct, numbers = np.unique(values, return_inverse=True)
    return numbers, max(len(distinct) - 1, 0).bit_length()


def _shared(keys: Codes, bits: _Bits) -> tuple[Codes, Codes]:
    """Return, for each gram in each row, the row and how often prediction and references share it."""
    if len(keys) == 0:
        return keys, keys
    keys = np.sort(keys)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    counts = np.diff(starts, append=len(keys))
    kinds = keys[starts]
    predicted = np.flatnonzero((kinds & ((1 << bits.place) - 1)) == 0)
    grams = kinds >> bits.place
    runs = np.flatnonzero(np.concatenate(([True], grams[1:] != grams[:-1])))
    ours = np.zeros(len(kinds), dtype=np.int64)
    ours[predicted] = counts[predicted]
    theirs = counts.copy()
    theirs[predicted] = 0
    shared = np.minimum(np.add.reduceat(ours, runs), np.maximum.reduceat(theirs, runs))
    return grams[runs] >> bits.gram, shared
