"""Translation edit rate: how many edits repair a translation, where moving a run of words counts as one edit.

The best set of moves cannot be found in reasonable time; Tercom (Snover et al. 2006) moves greedily, and its rules of
thumb are part of the definition. This follows sacrebleu's account of Tercom, limits included, and agrees with it to
the edit. Nearly all its time goes into edit distances, for which rapidfuzz is asked wherever Tercom's beam, a band
around the diagonal, cannot change the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from challenges.metrics.normalisation import reference_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Words = list[int]

MOST_WORDS_MOVED = 10
FARTHEST_MOVE = 50
MOST_CANDIDATES = 1000
BEAM = 25
UNREACHED = 1 << 40


def ter(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the translation edit rate: insertions, deletions, replacements and moves for 100 words of the reference.

    Parameters
    ----------
    truth : (n,) texts, or lists of texts where a sentence has several references.
    predictions : (n,) texts.

    Returns
    -------
    float, 0 (best) and up, in percent; 100 for empty predictions.

    Raises
    ------
    MetricError
        A cell that is no text; no word in any reference.

    Edge cases
    ----------
    Case does not count; words are what white space separates. Of several references the one that needs the fewest
    edits counts, over their mean length. An empty reference adds the predicted words to the edits.

    Source
    ------
    Snover et al. 2006; sacrebleu.TER 2.6, signature in translation.SIGNATURES. Texts are brought to Unicode form NFC
    first.

    Examples
    --------
    >>> ter(np.array(["one two three four five"]), np.array(["four five one two three"]))
    20.0
    """
    value = float(ter_of(ter_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one word in all the references, found none")
    return value


def ter_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): edits, mean words of the references."""
    references, found = reference_rows(truth, predictions)
    number: dict[str, int] = {}
    sums = np.empty((len(found), 2))
    for row, (texts, prediction) in enumerate(zip(references, found, strict=True)):
        words = _numbers(prediction, number)
        expected = [_numbers(text, number) for text in texts]
        sums[row] = min(edits(words, text) for text in expected), sum(map(len, expected)) / len(expected)
    return sums


def ter_of(sums: Array) -> Array:
    """Return the rate of summed edits and lengths in percent; NaN where the references have no word."""
    length = sums[..., 1]
    return np.asarray(np.where(length > 0, 100 * sums[..., 0] / np.where(length > 0, length, 1.0), np.nan))


def edits(found: Words, expected: Words) -> int:
    """Return the edits, moves included, that turn one list of words into the other."""
    if not expected or not found:
        return len(expected) + len(found)
    moves, tried = 0, 0
    distance = _distance(found, expected)
    while distance:
        best, tried = _best_move(found, expected, distance, tried)
        if tried >= MOST_CANDIDATES or best is None or best.gain <= 0:
            return moves + distance
        moves, found, distance = moves + 1, best.words, distance - best.gain
    return moves


@dataclass(frozen=True, kw_only=True)
class _Move:
    gain: int
    length: int
    start: int
    target: int
    words: Words

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Greatest gain first, then the longest run, the earliest start, the earliest target."""
        return self.gain, self.length, -self.start, -self.target


def _best_move(found: Words, expected: Words, distance: int, tried: int) -> tuple[_Move | None, int]:
    """Return the best move, if there is any, and how many candidates have been tried by now."""
    aligned, wrong_expected, wrong_found = _alignment(found, expected)
    best: _Move | None = None
    for start, at, length in _common_runs(found, expected):
        if wrong_found[start + length] == wrong_found[start] or wrong_expected[at + length] == wrong_expected[at]:
            continue  # the run is right where it is, or its place is taken by what is right
        if start <= aligned[at] < start + length:
            continue
        for target in _targets(aligned, at, length):
            words = _moved(found, start, length, target)
            move = _Move(
                gain=distance - _distance(words, expected), length=length, start=start, target=target, words=words
            )
            tried += 1
            if best is None or move.rank > best.rank:
                best = move
        if tried >= MOST_CANDIDATES:
            break
    return best, tried


def _common_runs(found: Words, expected: Words) -> Iterator[tuple[int, int, int]]:
    """Yield start in `found`, start in `expected` and length of every run of words that both have."""
    places: dict[int, list[int]] = {}
    for at, word in enumerate(expected):
        places.setdefault(word, []).append(at)
    for start, word in enumerate(found):
        for at in places.get(word, ()):
            if abs(at - start) > FARTHEST_MOVE:
                continue
            longest = min(len(found) - start, len(expected) - at, MOST_WORDS_MOVED)
            for length in range(longest):
                if found[start + length] != expected[at + length]:
                    break
                yield start, at, length + 1


def _targets(aligned: list[int], at: int, length: int) -> Iterator[int]:
    """Yield where in `found` the words aligned around expected[at : at + length] would let a run be put."""
    before = None
    for place in range(at - 1, at + length):
        target = 0 if place == -1 else aligned[place] + 1
        if target != before:
            yield target
        before = target


def _moved(words: Words, start: int, length: int, target: int) -> Words:
    run, rest = words[start : start + length], words[:start] + words[start + length :]
    if target > start + length:  # a target within the run is counted in what follows it
        target -= length
    return rest[:target] + run + rest[target:]


def _numbers(text: str, number: dict[str, int]) -> Words:
    return [number.setdefault(word, len(number)) for word in text.rstrip().lower().split()]


def _distance(found: Words, expected: Words) -> int:
    """Return the edit distance within the beam."""
    free = int(Levenshtein.distance(found, expected))
    # Every step off the diagonal is an edit, and the beam's own diagonal is at most the difference in length away.
    if free + abs(len(found) - len(expected)) + 1 < BEAM:
        return free
    return int(_table(found, expected)[-1, -1])


def _table(found: Words, expected: Words) -> NDArray[np.int64]:
    """Return the (found + 1, expected + 1) table of edit distances, UNREACHED outside the beam."""
    slope = len(expected) / len(found)
    beam = math.ceil(slope / 2 + BEAM) if slope / 2 > BEAM else BEAM
    reference = np.array(expected)
    steps = np.arange(len(expected) + 1)
    table = np.full((len(found) + 1, len(expected) + 1), UNREACHED, dtype=np.int64)
    table[0] = steps
    for row, word in enumerate(found, start=1):
        diagonal = math.floor(row * slope)
        low, high = max(0, diagonal - beam), min(len(expected) + 1, diagonal + beam)
        if row == len(found):
            high = len(expected) + 1
        before = table[row - 1]
        cells = before[low:high] + 1
        first = max(low, 1)
        replaced = before[first - 1 : high - 1] + (reference[first - 1 : high - 1] != word)
        cells[first - low :] = np.minimum(cells[first - low :], replaced)
        table[row, low:high] = np.minimum.accumulate(cells - steps[low:high]) + steps[low:high]
    return table


def _alignment(found: Words, expected: Words) -> tuple[list[int], list[int], list[int]]:
    """Return which place of `found` each word of `expected` is aligned with, and running counts of errors in both.

    Among equally short ways a match or replacement comes first, then a surplus word, then a missing one.
    """
    table = _table(found, expected).tolist()
    i, j = len(found), len(expected)
    aligned, wrong_expected, wrong_found = [0] * j, [0] * j, [0] * i
    while i > 0 or j > 0:
        differs = int(i > 0 and j > 0 and found[i - 1] != expected[j - 1])
        if i > 0 and j > 0 and table[i][j] == table[i - 1][j - 1] + differs:
            i, j = i - 1, j - 1
            aligned[j], wrong_expected[j], wrong_found[i] = i, differs, differs
        elif i > 0 and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            wrong_found[i] = 1
        else:
            j -= 1
            aligned[j], wrong_expected[j] = i - 1, 1
    return aligned, _running(wrong_expected), _running(wrong_found)


def _running(errors: list[int]) -> list[int]:
    counts = [0]
    for error in errors:
        counts.append(counts[-1] + error)
    return counts
