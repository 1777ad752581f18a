"""Calls of a harbour radio: train speakers with transcripts, other speakers hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.speech_recognition.language import FILLER, Language, draw_call, draw_language
from challenges.evaluation import Truth
from challenges.metrics.text import wer
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, wav_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.voices import (
    RATE_HZ,
    Phone,
    Speaker,
    draw_phones,
    draw_radio,
    draw_speaker,
    overlaid,
    speak,
    transmit,
)

SNR_DB = (-8.0, 14.0)
FILLER_CHANCE = 0.12
CROSSTALK_CHANCE = 0.25
CROSSTALK_DB = (4.0, 14.0)
"""Another ship on the same channel, this much weaker. Without it, and with 5 to 30 dB of signal over noise, a plain
hidden Markov model with a small network made 0.7 % of errors: nothing would be left to learn."""
SAMPLE_SPEAKERS = 2
SAMPLE_CALLS = 10


@dataclass(frozen=True, kw_only=True)
class Scale:
    train_speakers: int
    test_speakers: int
    train_calls: int
    test_calls: int


SCALES = {
    Size.SMALL: Scale(train_speakers=60, test_speakers=30, train_calls=900, test_calls=300),
    Size.FULL: Scale(train_speakers=400, test_speakers=100, train_calls=20000, test_calls=3000),
}


@dataclass(frozen=True, kw_only=True)
class Call:
    text: str
    sound: bytes
    crossed: bool
    """Whether another ship is heard underneath."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition: no speaker is in two of train, sample, public and private."""
    scale = SCALES[size]
    phones, language = draw_phones(streams("sounds")), draw_language(streams("structure"))
    counts = {"train": scale.train_calls, "sample": SAMPLE_CALLS, "test": scale.test_calls}
    speakers = {"train": scale.train_speakers, "sample": SAMPLE_SPEAKERS, "test": scale.test_speakers}
    ids = np.split(streams.ids("calls", sum(counts.values())), np.cumsum(list(counts.values()))[:-1])
    names = dict(zip(counts, ids, strict=True))
    owner = {part: _owners(streams(f"shuffle {part}"), counts[part], speakers[part]) for part in counts}
    texts: dict[str, list[str]] = {}
    sounds: dict[str, dict[str, bytes]] = {}
    crossed = np.zeros(0, dtype=np.bool_)
    for part, count in counts.items():
        voices = [draw_speaker(streams(f"{part} speaker", number)) for number in range(speakers[part])]
        calls = [_call(streams, part, index, language, phones, voices[owner[part][index]]) for index in range(count)]
        texts[part] = [call.text for call in calls]
        sounds[part] = {f"{name}.wav": call.sound for name, call in zip(names[part], calls, strict=True)}
        crossed = np.array([call.crossed for call in calls])  # of the last part, which is the hidden one

    public = {
        "train.zip": zip_bytes(sounds["train"], compress=False),
        "train.csv": csv_bytes(
            pd.DataFrame(
                {
                    "utt_id": names["train"],
                    "speaker": streams.ids("speakers", scale.train_speakers)[owner["train"]],
                    "transcript": texts["train"],
                }
            )
        ),
        "lexicon.csv": csv_bytes(
            pd.DataFrame({"word": language.lexicon(), "phones": [" ".join(word) for word in language.lexicon()]})
        ),
        "sample.zip": zip_bytes(
            {f"test/{name}": sound for name, sound in sounds["sample"].items()}
            | {"transcripts.csv": _transcripts(names["sample"], texts["sample"])},
            compress=False,
        ),
    }
    public_speakers = streams("split").permutation(scale.test_speakers)[: scale.test_speakers * 3 // 10]
    truth = Truth(
        ids={"utt_id": names["test"]},
        columns={"transcript": np.array(texts["test"], dtype=object)},
        public=np.isin(owner["test"], public_speakers),
        unit=owner["test"],
        facts={"alone": (~crossed).astype(np.int64), "crossed": crossed.astype(np.int64)},
    )
    return Dataset(
        public=public,
        inputs={f"test/{name}": sound for name, sound in sounds["test"].items()},
        truth=truth,
        floor=_transcripts(names["test"], [_likest_call(texts["train"])] * scale.test_calls),
    )


def _owners(rng: np.random.Generator, calls: int, speakers: int) -> NDArray[np.int64]:
    """Return the speaker of each call, equally many calls each, in random order."""
    return rng.permutation(np.arange(calls, dtype=np.int64) % speakers)


def _call(
    streams: Streams, part: str, index: int, language: Language, phones: dict[str, Phone], speaker: Speaker
) -> Call:
    words = draw_call(streams(f"{part} text", index), language)
    rng = streams(f"{part} sound", index)
    spoken = [[phones[letter] for letter in word] for word in words]
    if rng.random() < FILLER_CHANCE:
        spoken.insert(int(rng.integers(1, len(spoken) + 1)), [phones[letter] for letter in FILLER])
    speech = speak(rng, spoken, speaker)
    crossed = bool(rng.random() < CROSSTALK_CHANCE)
    if crossed:
        meanwhile = [[phones[letter] for letter in word] for word in draw_call(rng, language)]
        other = speak(rng, meanwhile, draw_speaker(rng))
        speech = overlaid(rng, speech, other, below_db=rng.uniform(*CROSSTALK_DB))
    sound = wav_bytes(transmit(rng, speech, draw_radio(rng, snr_db=SNR_DB)), rate_hz=RATE_HZ)
    return Call(text=" ".join(words), sound=sound, crossed=crossed)


def _likest_call(texts: list[str]) -> str:
    """Return the call that has most words in common with all the others."""
    distinct = sorted(set(texts))
    return min(distinct, key=lambda text: (wer(np.array(texts), np.array([text] * len(texts))), text))


def _transcripts(names: NDArray[np.str_], texts: list[str]) -> bytes:
    return csv_bytes(pd.DataFrame({"utt_id": names, "transcript": texts}))
