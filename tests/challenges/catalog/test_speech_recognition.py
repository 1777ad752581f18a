from __future__ import annotations

import io
import re
import wave
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from challenges.answers import TextColumn
from challenges.catalog.speech_recognition.language import COUNTS, draw_call, draw_language
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.text import wer
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.voices import RATE_HZ, draw_phones, draw_radio, draw_speaker, speak, transmit

SLUG = "speech-recognition"


@pytest.fixture
def streams() -> Streams:
    return Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="unit", size=Size.SMALL)


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(dataset.public[name]), dtype=str)


def private_wer(truth: Truth, answer: pd.DataFrame) -> float:
    found = answer.set_index("utt_id")["transcript"].reindex(truth.ids["utt_id"]).fillna("").to_numpy(dtype=object)
    return wer(truth.columns["transcript"][~truth.public], found[~truth.public])


def seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, 8000)
        return opened.getnframes() / 8000


def test_the_files_hold_what_the_statement_promises(dataset: Dataset) -> None:
    assert sorted(dataset.public) == ["lexicon.csv", "sample.zip", "train.csv", "train.zip"]
    train = table(dataset, "train.csv")
    assert list(train.columns) == ["utt_id", "speaker", "transcript"]
    assert train["speaker"].value_counts().tolist() == [15] * 60
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        assert set(archive.namelist()) == {f"{name}.wav" for name in train["utt_id"]}
    with zipfile.ZipFile(io.BytesIO(dataset.public["sample.zip"])) as archive:
        names = archive.namelist()
        assert len([name for name in names if re.fullmatch(r"test/[0-9a-f]{8}\.wav", name)]) == 10
        assert len(names) == 11


def test_hidden_calls_reach_the_program_only_at_run_time(dataset: Dataset, truth: Truth) -> None:
    assert set(dataset.inputs) == {f"test/{name}.wav" for name in truth.ids["utt_id"]}
    assert len(dataset.inputs) == 300
    shown = set(table(dataset, "train.csv")["utt_id"])
    for name in ("train.zip", "sample.zip"):
        with zipfile.ZipFile(io.BytesIO(dataset.public[name])) as archive:
            shown |= {entry.rpartition("/")[2].removesuffix(".wav") for entry in archive.namelist()}
    assert not shown & set(truth.ids["utt_id"])


def test_the_lexicon_spells_every_word_of_every_call(dataset: Dataset, truth: Truth) -> None:
    lexicon = table(dataset, "lexicon.csv")
    assert len(lexicon) == 40
    assert (lexicon["phones"].str.replace(" ", "") == lexicon["word"]).all()
    spoken = {word for text in [*table(dataset, "train.csv")["transcript"], *truth.columns["transcript"]]
              for word in text.split()}  # fmt: skip
    assert spoken == set(lexicon["word"])


def test_some_words_differ_in_one_sound_only(dataset: Dataset) -> None:
    words = table(dataset, "lexicon.csv")["word"]
    twins = [
        pair
        for pair in combinations(words, 2)
        if len(pair[0]) == len(pair[1]) and sum(a != b for a, b in zip(*pair, strict=True)) == 1
    ]
    assert len(twins) == 6


def test_calls_are_three_to_eight_words_and_a_few_seconds_long(dataset: Dataset, truth: Truth) -> None:
    counts = np.array([len(text.split()) for text in truth.columns["transcript"]])
    assert counts.min() >= 3  # ship, order, place
    assert counts.max() <= 8
    assert 4.0 < counts.mean() < 6.0
    lengths = np.array([seconds(sound) for sound in dataset.inputs.values()])
    assert lengths.min() > 0.6
    assert lengths.max() < 7.0
    assert 1.8 < np.median(lengths) < 3.2


def test_a_speaker_lies_wholly_on_one_side_of_the_board(truth: Truth) -> None:
    assert np.bincount(truth.unit).tolist() == [10] * 30
    assert not set(truth.unit[truth.public]) & set(truth.unit[~truth.public])
    assert truth.public.sum() == 90


def test_ids_and_order_tell_nothing_of_the_length_of_a_call(truth: Truth) -> None:
    counts = np.array([len(text.split()) for text in truth.columns["transcript"]])
    assert abs(np.corrcoef(np.arange(300), counts)[0, 1]) < 0.23  # 4 standard errors of 300 independent pairs
    order = np.argsort(truth.ids["utt_id"])
    assert abs(np.corrcoef(np.arange(300), counts[order])[0, 1]) < 0.23


def test_transcripts_keep_to_the_pattern_of_the_answer(truth: Truth) -> None:
    answer = load(SLUG).spec.answer
    assert answer is not None and answer.format == "csv"
    column = answer.columns["transcript"]
    assert isinstance(column, TextColumn) and column.pattern is not None
    assert all(re.fullmatch(column.pattern, text) for text in truth.columns["transcript"])
    assert max(map(len, truth.columns["transcript"])) <= column.max_length


def test_every_kind_of_word_has_its_place_in_a_call(streams: Streams) -> None:
    language = draw_language(streams("structure"))
    kinds = {word: kind for kind, words in language.words.items() for word in words}
    assert {kind: len(words) for kind, words in language.words.items()} == COUNTS
    for index in range(200):
        call = [kinds[word] for word in draw_call(streams("call", index), language)]
        assert re.fullmatch(r"ship( link ship)? order( number){0,3} place( end)?", " ".join(call))


def test_a_voice_has_the_pitch_of_its_speaker(streams: Streams) -> None:
    phones = draw_phones(streams("sounds"))
    for index in range(6):
        speaker = replace(draw_speaker(streams("speaker", index)), pitch_range=0.0, breath=0.0, syllables_per_s=1.0)
        speech = speak(streams("speech", index), [[phones["a"]]], speaker)
        middle = speech[len(speech) // 2 - 800 : len(speech) // 2 + 800]
        echo = np.correlate(middle, middle, mode="full")[1599:]
        lags = np.arange(20, 130)  # 400 to 62 Hz
        assert RATE_HZ / lags[echo[20:130].argmax()] == pytest.approx(speaker.pitch_hz, rel=0.05)


def test_a_vowel_is_loudest_near_its_first_formant_and_a_hiss_far_above(streams: Streams) -> None:
    phones = draw_phones(streams("sounds"))
    speaker = replace(draw_speaker(streams("speaker", 0)), slur=0.0, syllables_per_s=1.0, tract=1.0, tilt_db=3.0)
    spectrum = np.abs(np.fft.rfft(speak(streams("speech", 0), [[phones["a"]]], speaker)))
    hz = np.linspace(0, RATE_HZ / 2, len(spectrum))
    aim = phones["a"].formants_hz[0] * speaker.accent["a"][0]
    assert abs(hz[spectrum.argmax()] - aim) < speaker.pitch_hz
    spectrum = np.abs(np.fft.rfft(speak(streams("speech", 1), [[phones["s"]]], speaker)))
    assert np.average(np.linspace(0, RATE_HZ / 2, len(spectrum)), weights=spectrum**2) > 2500


def test_noise_is_as_loud_as_the_radio_says(streams: Streams) -> None:
    speech = np.sin(np.arange(16000) * 0.6).astype(np.float32) * np.float32(np.sqrt(2))
    radio = replace(
        draw_radio(streams("radio"), snr_db=(6, 6)),
        fading=0.0, clicks_per_s=0.0, low_hz=1.0, high_hz=1e6, noise_tilt=0.0, gain=0.05,
    )  # fmt: skip
    heard = transmit(streams("noise"), speech, radio) / 32767 / 0.05
    assert np.mean((heard - speech) ** 2) == pytest.approx(10**-0.6, rel=0.05)  # 6 dB below a power of 1


def test_always_saying_the_commonest_call_gets_most_words_wrong(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    floor = pd.read_csv(io.BytesIO(dataset.floor), dtype=str)
    assert floor["transcript"].nunique() == 1
    assert 0.78 < private_wer(truth, floor) < 1.0


@pytest.mark.anchors
def test_the_starter_hears_more_than_the_floor(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert 0.5 < private_wer(truth, run_program(SLUG, "baseline")) < 0.75


@pytest.mark.anchors
def test_lining_up_sounds_and_learning_them_beats_the_starter_by_far(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert private_wer(truth, run_program(SLUG, "reference")) < 0.2


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DL-18",)


def test_a_quarter_of_the_calls_has_another_ship_below(truth: Truth) -> None:
    assert np.array_equal(truth.facts["alone"] + truth.facts["crossed"], np.ones(300))
    assert 0.15 < truth.facts["crossed"].mean() < 0.35  # three standard errors of 300 calls are 7.5 %
