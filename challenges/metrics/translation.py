"""Translations against references: BLEU and chrF, as sacrebleu computes them.

Truth is an (n,) array whose cells are a reference or a list of references; predictions are (n,) texts. Both measures
are of the corpus: what is counted per sentence is summed first, so that a resample of sentences costs one product.
A score means something only with its signature; SIGNATURES holds those of the parameters' defaults.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics import ngrams
from challenges.metrics.normalisation import reference_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

SIGNATURES = {
    "bleu": "case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
    "chrf": "case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
    "ter": "case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0",
}
"""Metric -> the variant in sacrebleu's own words, without the number of references."""

BLEU_ORDER = 4
CHRF_ORDER = 6
BETA = 2
"""Recall weighs twice as much as precision (Popovic 2016)."""

RULES_13A = (
    (re.compile(r"([!-&(-+:-@\[-`{-~/])"), r" \1 "),
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
"""Of mteval-v13a: punctuation stands alone, but for the point and the comma within a number.

The original's first rule also puts spaces around spaces, which is slow and changes nothing."""

PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def bleu(truth: NDArray[Any], predictions: NDArray[Any], *, tokenise: str = "13a", lowercase: bool = False) -> float:
    """Return BLEU: the geometric mean of how many n-grams are right, n = 1 to 4, times a penalty for brevity.

    Parameters
    ----------
    truth : (n,) texts, or lists of texts where a sentence has several references.
    predictions : (n,) texts.
    tokenise : 13a (as at WMT), char (each character, for languages without spaces) or none (spaces alone).
    lowercase : whether case is ignored.

    Returns
    -------
    float, 0 to 100 (best).

    Raises
    ------
    MetricError
        A cell that is no text; a row without a word in its references; an unknown tokeniser.

    Edge cases
    ----------
    Without any n-gram of some length in the predictions the score is 0, so that texts of three words or fewer score
    0 even where they are right. Where n-grams of a length are there but none is right, precision is smoothed
    exponentially. Repeating the corpus leaves the score as it is but for that smoothing.

    Source
    ------
    Papineni et al. 2002; sacrebleu.corpus_bleu 2.6, signature in SIGNATURES. Texts are brought to Unicode form NFC
    first.

    Examples
    --------
    >>> round(bleu(np.array(["the cat sat on the mat today"]), np.array(["the cat sat on a mat today"])), 4)
    48.8923
    """
    sums = bleu_sums(truth, predictions, tokenise=tokenise, lowercase=lowercase)
    return float(bleu_of(sums.sum(axis=0)))


def chrf(truth: NDArray[Any], predictions: NDArray[Any], *, word_order: int = 0, lowercase: bool = False) -> float:
    """Return chrF: the F-score (recall counting twice) of shared n-grams of characters, n = 1 to 6.

    Parameters
    ----------
    truth : (n,) texts, or lists of texts where a sentence has several references.
    predictions : (n,) texts.
    word_order : up to which length n-grams of words count as well; 2 makes it chrF++.
    lowercase : whether case is ignored.

    Returns
    -------
    float, 0 to 100 (best).

    Raises
    ------
    MetricError
        A cell that is no text; a row without a character in its references; a word_order below 0.

    Edge cases
    ----------
    White space is no character here. Lengths for which one side has no n-gram at all are left out. Of several
    references of a sentence the one with the best F-score counts, the first one among equals.

    Source
    ------
    Popovic 2015 and 2016; sacrebleu.corpus_chrf 2.6, signature in SIGNATURES. Texts are brought to Unicode form NFC
    first.

    Examples
    --------
    >>> round(chrf(np.array(["the cat sat on the mat"]), np.array(["the cat sat on a mat"])), 4)
    65.9797
    """
    sums = chrf_sums(truth, predictions, word_order=word_order, lowercase=lowercase)
    return float(chrf_of(sums.sum(axis=0)))


def bleu_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, tokenise: str = "13a", lowercase: bool = False
) -> Array:
    """Return (n, 10): words predicted, words of the reference of nearest length, right n-grams, n-grams predicted."""
    references, found = reference_rows(truth, predictions)
    counts = [len(texts) for texts in references]
    flat = tokenised([text for texts in references for text in texts], tokenise=tokenise, lowercase=lowercase)
    left = iter(flat)
    expected = [[next(left) for _ in range(count)] for count in counts]
    texts = ngrams.words(tokenised(found, tokenise=tokenise, lowercase=lowercase), expected)
    theirs = texts.places > 0
    _something_everywhere(texts.lengths[theirs], texts.rows[theirs], "word")
    lengths = texts.lengths[~theirs]
    predicted = np.maximum(lengths[:, None] - np.arange(BLEU_ORDER), 0)
    matches = ngrams.clipped_matches(texts, order=BLEU_ORDER)
    return np.column_stack([lengths, _nearest_lengths(texts, lengths), matches, predicted]).astype(np.float64)


def bleu_of(sums: Array) -> Array:
    """Return BLEU of summed counts."""
    found, expected = sums[..., 0], sums[..., 1]
    right, predicted = sums[..., 2 : 2 + BLEU_ORDER], sums[..., 2 + BLEU_ORDER :]
    brevity = np.exp(np.minimum(0.0, 1 - expected / np.maximum(found, 1)))
    halvings = np.cumsum(right == 0, axis=-1)
    defined = (predicted > 0).all(axis=-1) & (right > 0).any(axis=-1)
    smoothed = np.where(right > 0, right, 0.5**halvings)
    logs = np.log(smoothed / np.maximum(predicted, 1)).mean(axis=-1)
    return np.asarray(np.where(defined, 100 * brevity * np.exp(logs), 0.0))


def chrf_sums(truth: NDArray[Any], predictions: NDArray[Any], *, word_order: int = 0, lowercase: bool = False) -> Array:
    """Return (n, 3 * orders): n-grams predicted, n-grams of the reference, shared n-grams, order by order."""
    if word_order < 0:
        raise MetricError(f"word_order: expected 0 or more, found {word_order}")
    references, found = reference_rows(truth, predictions)
    if lowercase:
        references = [[text.lower() for text in texts] for texts in references]
        found = [text.lower() for text in found]
    counts = np.array([len(texts) for texts in references])
    pairs = [text for text, count in zip(found, counts, strict=True) for _ in range(count)]
    singles = [[text] for texts in references for text in texts]
    solid = ["".join(text.split()) for text in pairs], [["".join(text.split())] for (text,) in singles]
    _something_everywhere(
        np.array([len(text) for (text,) in solid[1]]), np.repeat(np.arange(len(counts)), counts), "character"
    )
    sums = _match_statistics(ngrams.characters(*solid), CHRF_ORDER)
    if word_order:
        split = [_punctuated(text) for text in pairs], [[_punctuated(text)] for (text,) in singles]
        sums = np.column_stack([sums, _match_statistics(ngrams.words(*split), word_order)])
    return sums if len(sums) == len(found) else sums[_best_of_each(chrf_of(sums), counts)]


def chrf_of(sums: Array) -> Array:
    """Return chrF of summed counts."""
    predicted, expected, shared = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    both = (predicted > 0) & (expected > 0)
    orders = np.maximum(both.sum(axis=-1), 1)
    precision = np.where(both, shared / np.maximum(predicted, 1), 0.0).sum(axis=-1) / orders
    recall = np.where(both, shared / np.maximum(expected, 1), 0.0).sum(axis=-1) / orders
    below = BETA**2 * precision + recall
    return np.asarray(100 * (1 + BETA**2) * precision * recall / np.where(below > 0, below, 1.0))


def tokenised(texts: list[str], *, tokenise: str, lowercase: bool) -> list[list[str]]:
    """Return each text as its words. Raises MetricError for an unknown tokeniser."""
    if lowercase:
        texts = [text.lower() for text in texts]
    match tokenise:
        case "13a":
            return _tokenised_13a(texts)
        case "char":
            return [[letter for letter in text if not letter.isspace()] for text in texts]
        case "none":
            return [text.split() for text in texts]
    raise MetricError(f"tokenise: expected one of 13a, char, none, found {tokenise!r}")


def _tokenised_13a(texts: list[str]) -> list[list[str]]:
    """Apply the rules to all texts at once: with a space at both ends of each, no rule reaches across a line."""
    lines = []
    for text in texts:
        line = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
        if "&" in line:
            line = line.replace("&quot;", '"').replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        lines.append(f" {line} ")
    corpus = "\n".join(lines)
    for pattern, replacement in RULES_13A:
        corpus = pattern.sub(replacement, corpus)
    return [line.split() for line in corpus.split("\n")]


def _nearest_lengths(texts: ngrams.Segments, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each row, the length of the reference nearest in length to the prediction; the shorter one wins."""
    theirs = texts.places > 0
    rows, expected = texts.rows[theirs], texts.lengths[theirs]
    order = np.lexsort((expected, np.abs(expected - lengths[rows]), rows))
    firsts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    return np.asarray(expected[order][firsts])


def _match_statistics(texts: ngrams.Segments, order: int) -> Array:
    """Return (n, 3 * order) for rows of one reference each."""
    shorter = np.arange(order)
    predicted = np.maximum(texts.lengths[texts.places == 0, None] - shorter, 0)
    expected = np.maximum(texts.lengths[texts.places == 1, None] - shorter, 0)
    shared = ngrams.clipped_matches(texts, order=order)
    predicted = np.where(expected > 0, predicted, 0)  # as sacrebleu: nothing is asked of what no reference has
    return np.stack([predicted, expected, shared], axis=-1).reshape(len(shared), -1).astype(np.float64)


def _best_of_each(scores: Array, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index of the best score of each run of `counts` scores, the first one among equals."""
    rows = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((np.arange(len(scores)), -scores, rows))
    return np.asarray(order[np.flatnonzero(np.diff(rows[order], prepend=-1))])


def _punctuated(text: str) -> list[str]:
    """Return the words with one sign of punctuation cut off, at the end or else at the start, as chrF++ does."""
    words = []
    for word in text.split():
        if len(word) > 1 and word[-1] in PUNCTUATION:
            words += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in PUNCTUATION:
            words += [word[0], word[1:]]
        else:
            words.append(word)
    return words


def _something_everywhere(lengths: NDArray[np.int64], rows: NDArray[np.int64], thing: str) -> None:
    """Raise MetricError unless the references of every row, (s,) lengths and rows, hold something."""
    empty = np.flatnonzero(np.bincount(rows, weights=lengths) == 0)
    if len(empty):
        raise MetricError(f"truth, row {empty[0]}: expected at least one {thing} in the references, found none")
