"""BLEU, chrF and TER agree with sacrebleu to the last digit, on fair sentences and on foul ones."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.lib_ter import translation_edit_rate

from challenges.metrics import ngrams, translation, translation_edits
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

CLOSE: Any = {"rel": 1e-9, "abs": 1e-9}

PIECES = [
    "the", "The", "cat", "sat", "mat,", "x.", "3.5", "1,000", "a-b", "5-6", "-", "&amp;", "&quot;hi", "(oh)", "don't",
    "'s", "U.S.", "é", "漢字", "<skipped>", "end-\nline", "…", "¿que?", "$5", "#1", "\u2028", "\x1c",
]  # fmt: skip
sentence = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


@st.composite
def corpora(draw: Any) -> tuple[list[list[str]], list[str]]:
    """References, as many for each sentence, the first of which has a word, and predictions akin to them."""
    several = draw(st.integers(1, 3))
    references = draw(st.lists(st.lists(sentence, min_size=several, max_size=several), min_size=1, max_size=6))
    references = [[f"cat {first}", *others] for first, *others in references]
    predictions = [draw(st.sampled_from([*texts, draw(sentence)])) for texts in references]
    return references, predictions


def streams(references: list[list[str]]) -> list[list[str]]:
    return [list(column) for column in zip(*references, strict=True)]


@given(corpora(), st.sampled_from(["13a", "char", "none"]), st.booleans())
@settings(deadline=None, max_examples=60)
def test_bleu_agrees_with_sacrebleu(corpus: Any, tokenise: str, lowercase: bool) -> None:
    references, predictions = corpus
    reference = sacrebleu.BLEU(tokenize=tokenise, lowercase=lowercase, force=True)
    expected = reference.corpus_score(predictions, streams(references)).score
    found = translation.bleu(
        cells(references), np.array(predictions, dtype=object), tokenise=tokenise, lowercase=lowercase
    )
    assert found == pytest.approx(expected, **CLOSE)


@given(corpora(), st.sampled_from([0, 2]), st.booleans())
@settings(deadline=None, max_examples=60)
def test_chrf_agrees_with_sacrebleu(corpus: Any, word_order: int, lowercase: bool) -> None:
    references, predictions = corpus
    reference = sacrebleu.CHRF(word_order=word_order, lowercase=lowercase)
    expected = reference.corpus_score(predictions, streams(references)).score
    found = translation.chrf(
        cells(references), np.array(predictions, dtype=object), word_order=word_order, lowercase=lowercase
    )
    assert found == pytest.approx(expected, **CLOSE)


@given(corpora())
@settings(deadline=None, max_examples=60)
def test_ter_agrees_with_sacrebleu(corpus: Any) -> None:
    references, predictions = corpus
    expected = sacrebleu.TER().corpus_score(predictions, streams(references)).score
    assert translation_edits.ter(cells(references), np.array(predictions, dtype=object)) == pytest.approx(
        expected, **CLOSE
    )


def shuffled(chance: random.Random, words: list[int]) -> list[int]:
    """Return the words with runs moved, words replaced, put in and left out."""
    words = list(words)
    for _ in range(chance.randint(0, 6)):
        at = chance.randint(0, len(words))
        match chance.randint(0, 3):
            case 0:
                end = at + chance.randint(1, 12)
                run = words[at:end]
                del words[at:end]
                place = chance.randint(0, len(words))
                words[place:place] = run
            case 1:
                words[at : at + 1] = [chance.randrange(40)]
            case 2:
                words.insert(at, chance.randrange(40))
            case _:
                del words[at : at + chance.choice([1, 1, 30])]
    return words


@pytest.mark.parametrize(
    ("vocabulary", "longest", "rounds"), [(2, 15, 40), (10, 30, 60), (40, 60, 15), (1000, 120, 15)]
)
def test_edits_with_moves_agree_with_tercom(vocabulary: int, longest: int, rounds: int) -> None:
    """Long sentences leave the beam; small vocabularies reach the limit of candidates."""
    chance = random.Random(vocabulary)
    for _ in range(rounds):
        expected = [chance.randrange(vocabulary) for _ in range(chance.randint(1, longest))]
        found = shuffled(chance, expected)
        edits, _ = translation_edit_rate([str(word) for word in found], [str(word) for word in expected])
        assert translation_edits.edits(found, expected) == edits, (found, expected)


def test_signatures_are_those_of_sacrebleu() -> None:
    for name, reference in (("bleu", sacrebleu.BLEU()), ("chrf", sacrebleu.CHRF()), ("ter", sacrebleu.TER())):
        reference.corpus_score(["a"], [["a"]])
        said = str(reference.get_signature()).rpartition("|version:")[0]
        assert said == f"nrefs:1|{translation.SIGNATURES[name].rpartition('|version:')[0]}"


def test_a_move_counts_once() -> None:
    truth, predictions = np.array(["one two three four five"]), np.array(["four five one two three"])
    assert translation_edits.ter(truth, predictions) == 20.0


def test_a_right_text_of_three_words_has_no_bleu() -> None:
    assert translation.bleu(np.array(["go to bed"]), np.array(["go to bed"])) == 0.0
    assert translation.bleu(np.array(["go to bed now"]), np.array(["go to bed now"])) == pytest.approx(100.0)


def test_word_salad_and_repetition_do_not_pay() -> None:
    truth = np.array(["the cat sat on the mat today"])
    assert translation.bleu(truth, np.array(["the the the the the the the"])) < 15
    assert translation.bleu(truth, np.array(["mat the on cat today sat the"])) < 20
    assert translation.bleu(truth, np.array(["the cat"])) < 10


@pytest.mark.parametrize("metric", [translation.bleu, translation.chrf, translation_edits.ter])
def test_composed_and_decomposed_accents_are_the_same_text(metric: Any) -> None:
    composed = "Señor, où êtes-vous déjà là bas"
    plain = metric(np.array([composed]), np.array([composed]))
    assert metric(np.array([composed]), np.array([unicodedata.normalize("NFD", composed)])) == plain
    assert metric(cells([[unicodedata.normalize("NFD", composed)]]), np.array([composed])) == plain


@pytest.mark.parametrize("metric", [translation.bleu, translation.chrf])
def test_a_row_without_a_word_in_its_references_is_refused(metric: Any) -> None:
    with pytest.raises(MetricError, match=r"truth, row 1: expected at least one (word|character)"):
        metric(np.array(["a b", " "]), np.array(["a b", "c"]))


def test_strange_parameters_are_refused() -> None:
    one = np.array(["a b"])
    with pytest.raises(MetricError, match="tokenise: expected one of 13a, char, none, found 'zh'"):
        translation.bleu(one, one, tokenise="zh")
    with pytest.raises(MetricError, match="word_order: expected 0 or more, found -1"):
        translation.chrf(one, one, word_order=-1)


def test_letters_that_are_half_a_pair_are_counted_and_break_nothing() -> None:
    half = np.array(["ab\ud83dcdef"], dtype=object)
    assert translation.chrf(half, half) == pytest.approx(100.0)


def test_blocks_of_a_long_corpus_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["ab", "ba", "abba"], rng.integers(0, 9))) for _ in range(60)]
    truth, predictions = np.array([f"x{text}" for text in texts]), np.array(texts[1:] + texts[:1])
    whole = translation.chrf_sums(truth, predictions)
    monkeypatch.setattr(ngrams, "BLOCK", 50)
    np.testing.assert_array_equal(translation.chrf_sums(truth, predictions), whole)
    monkeypatch.setattr(ngrams, "KEY_BITS", 16)  # grams are numbered anew at nearly every length
    np.testing.assert_array_equal(translation.chrf_sums(truth, predictions), whole)
