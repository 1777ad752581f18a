"""Speech from a source and a filter: people who never lived say words that nobody has heard, over a bad radio.

    phones ──> stages ──> tracks at 100 frames a second ──┐   voice: pulses of the vocal cords ──> formants ──┐
                 (formants, voice, noise)                 └─> noise: breath, hiss, bursts ──> one band ───────┴──> radio

Filters act on short overlapping pieces in the frequency domain. Samples are 8 kHz, mono.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float32]

RATE_HZ = 8000
HOP = 80
PIECE = 4 * HOP
FFT = 6 * HOP
FRAME_S = HOP / RATE_HZ

_FREQUENCIES = fft.rfftfreq(FFT, 1 / RATE_HZ).astype(np.float32)
_WINDOW = (np.hanning(PIECE + 1)[:-1] / 2).astype(np.float32)  # at a quarter of its length it overlaps to 1


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stretch of one sound: a vowel has one, a stop has closure, burst and breath."""

    duration_s: float
    voice: float = 0.0
    noise: float = 0.0
    band_hz: float = 2000.0
    band_width_hz: float = 1000.0


@dataclass(frozen=True, kw_only=True)
class Phone:
    symbol: str
    kind: str
    formants_hz: tuple[float, float, float]
    """Where the mouth aims; a stop has aims too, which bend its neighbours."""
    bandwidth: float
    stages: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class Speaker:
    pitch_hz: float
    pitch_range: float
    tract: float
    """Factor on all formants: shorter throats sound higher."""
    syllables_per_s: float
    tilt_db: float
    """Loss of the voice per octave."""
    breath: float
    slur: float
    """How far a hasty sound may stay on the way from the neutral mouth to its aim."""
    accent: dict[str, tuple[float, float, float]]
    """Factors on the formants of each phone."""


@dataclass(frozen=True, kw_only=True)
class Radio:
    """One connection: noise, band, fading and clicks."""

    snr_db: float
    low_hz: float
    high_hz: float
    fading: float
    fading_hz: float
    clicks_per_s: float
    noise_tilt: float
    gain: float


_Aims = tuple[float, float, float]
_NEUTRAL: _Aims = (500.0, 1500.0, 2500.0)
_VOWELS: dict[str, _Aims] = {
    "a": (760, 1250, 2500),
    "e": (480, 1850, 2550),
    "i": (300, 2250, 2950),
    "o": (490, 900, 2450),
    "u": (320, 780, 2300),
    "y": (310, 1650, 2150),
}
_SONORANTS: dict[str, tuple[float, float, float, float]] = {
    "m": (260, 950, 2200, 0.35),
    "n": (260, 1500, 2600, 0.35),
    "l": (360, 1150, 2700, 0.55),
    "r": (420, 1250, 1650, 0.5),
    "w": (300, 680, 2200, 0.45),
    "j": (280, 2150, 2850, 0.45),
}
_FRICATIVES: dict[
    str, tuple[_Aims, float, float, float, float]
] = {  # formant aims, voice, noise, band, width of the band
    "s": ((320, 1600, 2600), 0.0, 0.55, 3500, 450),
    "c": ((320, 1800, 2500), 0.0, 0.55, 2300, 450),
    "f": ((330, 1000, 2300), 0.0, 0.22, 2600, 1500),
    "h": ((500, 1400, 2500), 0.0, 0.25, 1300, 600),
    "z": ((300, 1600, 2600), 0.3, 0.3, 3500, 450),
    "v": ((300, 1000, 2300), 0.35, 0.1, 2600, 1500),
}
_STOPS: dict[
    str, tuple[_Aims, float, float, float, float, float]
] = {  # formant aims, voice in the closure, burst, band, width, breath after the burst
    "p": ((300, 800, 2200), 0.0, 0.5, 800, 500, 0.2),
    "t": ((300, 1750, 2650), 0.0, 0.7, 3200, 700, 0.22),
    "k": ((300, 1500, 2000), 0.0, 0.65, 1700, 450, 0.22),
    "b": ((280, 800, 2200), 0.18, 0.35, 800, 500, 0.0),
    "d": ((280, 1750, 2650), 0.18, 0.45, 3200, 700, 0.0),
    "g": ((280, 1500, 2000), 0.18, 0.45, 1700, 450, 0.0),
}
CONSONANTS = (*_SONORANTS, *_FRICATIVES, *_STOPS)
VOWELS = tuple(_VOWELS)
CLOSE_PAIRS = ("pb", "td", "kg", "sz", "fv", "mn", "lr", "sc", "pt", "bd", "ie", "ou", "ea", "iy", "uy", "eo")
"""Sounds that are taken for each other; minimal pairs are made of them."""


def draw_phones(rng: np.random.Generator) -> dict[str, Phone]:
    """Return the secret sounds: the plan of human speech, every figure of it a little off."""
    phones: dict[str, Phone] = {}

    def add(symbol: str, kind: str, aims: tuple[float, float, float], bandwidth: float, *stages: Stage) -> None:
        own_aims = _aims(rng, aims)
        phones[symbol] = Phone(symbol=symbol, kind=kind, formants_hz=own_aims, bandwidth=bandwidth, stages=stages)

    for symbol, aims in _VOWELS.items():
        add(symbol, "vowel", aims, 1.0, Stage(duration_s=0.095 * _near_one(rng, 0.1), voice=1.0))
    for symbol, (first, second, third, loudness) in _SONORANTS.items():
        stage = Stage(duration_s=0.06 * _near_one(rng, 0.1), voice=loudness * _near_one(rng, 0.1))
        add(symbol, "sonorant", (first, second, third), 1.6, stage)
    for symbol, (aims, voice, noise, centre, spread) in _FRICATIVES.items():
        band, width = centre * _near_one(rng, 0.07), spread * _near_one(rng, 0.15)
        duration_s, hiss = 0.085 * _near_one(rng, 0.1), noise * _near_one(rng, 0.15)
        stage = Stage(duration_s=duration_s, voice=voice, noise=hiss, band_hz=band, band_width_hz=width)
        add(symbol, "fricative", aims, 1.5, stage)
    for symbol, (aims, voice, burst, centre, spread, breath) in _STOPS.items():
        band, width = centre * _near_one(rng, 0.07), spread * _near_one(rng, 0.15)
        closure = Stage(duration_s=0.055 * _near_one(rng, 0.1), voice=voice)
        release = Stage(duration_s=0.012, voice=voice, noise=burst, band_hz=band, band_width_hz=width)
        after = (
            Stage(duration_s=0.028, noise=breath, band_hz=1800, band_width_hz=1200)
            if breath
            else Stage(duration_s=0.008, voice=0.6)
        )
        add(symbol, "stop", aims, 1.3, closure, release, after)
    return phones


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Return a voice of the lower or of the higher group."""
    high = rng.random() < 0.5
    accent = {
        symbol: (_near_one(rng, 0.06), _near_one(rng, 0.06), _near_one(rng, 0.03)) for symbol in (*VOWELS, *CONSONANTS)
    }
    return Speaker(
        pitch_hz=(205 if high else 118) * _near_one(rng, 0.13),
        pitch_range=rng.uniform(0.08, 0.2),
        tract=(1.15 if high else 0.98) * _near_one(rng, 0.05),
        syllables_per_s=float(np.clip(rng.normal(5.4, 0.6), 4.2, 6.8)),
        tilt_db=rng.uniform(3, 8),
        breath=rng.uniform(0.02, 0.2),
        slur=rng.uniform(0.1, 0.6),
        accent=accent,
    )


def draw_radio(rng: np.random.Generator, *, snr_db: tuple[float, float]) -> Radio:
    """Return one connection with a signal-to-noise ratio from the range."""
    return Radio(
        snr_db=rng.uniform(*snr_db),
        low_hz=rng.uniform(120, 450),
        high_hz=rng.uniform(2300, 3800),
        fading=rng.uniform(0, 0.85),
        fading_hz=rng.uniform(0.3, 2.5),
        clicks_per_s=rng.exponential(0.8),
        noise_tilt=rng.uniform(0, 0.8),
        gain=rng.uniform(0.06, 0.16),
    )


def speak(
    rng: np.random.Generator, words: Sequence[Sequence[Phone]], speaker: Speaker, *, pause_chance: float = 0.2
) -> Floats:
    """Return the samples of words said in one breath, with a little silence at both ends."""
    stages, phones = _timed(rng, words, speaker, pause_chance)
    lengths = np.array([max(round(stage.duration_s / FRAME_S), 1) for stage in stages])
    count = int(lengths.sum())
    owner = np.repeat(np.arange(len(stages)), lengths)
    aims = np.array([_spoken_aims(phone, speaker) for phone in phones])
    aims += speaker.slur * rng.uniform(size=(len(aims), 1)) * (_spoken_aims(None, speaker) - aims)
    formants = _smooth(aims[owner], 1.5)  # some 30 ms: the tongue is not everywhere at once
    voice = _smooth(np.array([stage.voice for stage in stages])[owner], 0.7)
    noise = _smooth(np.array([stage.noise for stage in stages])[owner], 0.4)
    band = np.array([stage.band_hz for stage in stages])[owner] * speaker.tract**0.5
    width = np.array([stage.band_width_hz for stage in stages])[owner]
    bandwidth = _smooth(np.array([phone.bandwidth if phone else 1.0 for phone in phones])[owner], 1.2)

    pulses, hiss = _pulses(rng, _pitch(rng, owner, count, speaker)), _normal(rng, count * HOP + PIECE)
    source = pulses + np.float32(speaker.breath) * hiss
    throat = _formant_filter(formants, bandwidth, speaker.tilt_db) * voice[:, None]
    mouth = np.exp(-(((_FREQUENCIES - band[:, None]) / width[:, None]) ** 2) / 2).astype(np.float32) * noise[:, None]
    samples = _joined(_pieces(source, count) * throat + _pieces(hiss, count) * mouth)
    return samples / max(float(np.sqrt(np.mean(samples**2))), 1e-6)


def overlaid(rng: np.random.Generator, speech: Floats, other: Floats, *, below_db: float) -> Floats:
    """Return speech with another voice under it, from anywhere in what the other says."""
    shift = int(rng.integers(-len(other) // 2, len(speech) // 2))
    start, stop = max(shift, 0), min(shift + len(other), len(speech))
    mixed = speech.copy()
    mixed[start:stop] += np.float32(10 ** (-below_db / 20)) * other[start - shift : stop - shift]
    return mixed


def transmit(rng: np.random.Generator, speech: Floats, radio: Radio) -> NDArray[np.int16]:
    """Return what comes out of the loudspeaker."""
    seconds = np.arange(len(speech), dtype=np.float32) / RATE_HZ
    swing = np.sin(2 * np.pi * (radio.fading_hz * seconds + rng.uniform()))
    heard = speech * (1 - np.float32(radio.fading) * (0.5 + 0.5 * swing))
    spectrum = fft.rfft(heard)
    frequencies = fft.rfftfreq(len(speech), 1 / RATE_HZ)
    static = fft.rfft(_normal(rng, len(speech))) * (np.maximum(frequencies, 100) / 1000) ** -radio.noise_tilt
    level = 10 ** (-radio.snr_db / 20) * np.sqrt(np.mean(heard**2))
    spectrum += static * level / max(np.sqrt(np.mean(np.abs(static) ** 2) / len(speech)), 1e-9)
    spectrum *= 1 / (1 + (radio.low_hz / np.maximum(frequencies, 1)) ** 4) / (1 + (frequencies / radio.high_hz) ** 8)
    heard = fft.irfft(spectrum, len(speech)).astype(np.float32)
    for _ in range(int(rng.poisson(radio.clicks_per_s * len(speech) / RATE_HZ))):
        at, length = int(rng.integers(len(heard))), int(rng.integers(3, 25))
        click = rng.normal(0, rng.uniform(1, 4), length) * np.exp(-np.arange(length) / 5)
        heard[at : at + length] += click[: len(heard) - at]
    quiet = np.clip(heard * radio.gain, -1, 1) * 32767
    return np.round(quiet).astype(np.int16)


def _near_one(rng: np.random.Generator, spread: float) -> float:
    return float(np.exp(rng.normal(0, spread)))


def _aims(rng: np.random.Generator, aims: tuple[float, float, float]) -> tuple[float, float, float]:
    first, second, third = (aim * _near_one(rng, 0.05) for aim in aims)
    return first, max(second, first * 1.4), max(third, second * 1.12)


def _timed(
    rng: np.random.Generator, words: Sequence[Sequence[Phone]], speaker: Speaker, pause_chance: float
) -> tuple[list[Stage], list[Phone | None]]:
    """Return the stages with their durations as said, and the phone that each belongs to (None in silence)."""
    hurry = 5.4 / speaker.syllables_per_s
    stages: list[Stage] = [Stage(duration_s=rng.uniform(0.05, 0.2))]
    owners: list[Phone | None] = [None]
    for place, word in enumerate(words):
        emphasis = hurry * _near_one(rng, 0.08)
        for phone in word:
            stretch = emphasis * _near_one(rng, 0.14)
            for stage in phone.stages:
                long = stage.duration_s > 0.02  # bursts do not stretch
                stages.append(
                    Stage(duration_s=stage.duration_s * (stretch if long else 1), voice=stage.voice,
                          noise=stage.noise, band_hz=stage.band_hz, band_width_hz=stage.band_width_hz)
                )  # fmt: skip
                owners.append(phone)
        if place + 1 < len(words) and rng.random() < pause_chance:
            stages.append(Stage(duration_s=rng.uniform(0.03, 0.15)))
            owners.append(None)
    stages.append(Stage(duration_s=rng.uniform(0.05, 0.2)))
    owners.append(None)
    return stages, owners


def _spoken_aims(phone: Phone | None, speaker: Speaker) -> NDArray[np.float64]:
    aims = np.array(_NEUTRAL if phone is None else phone.formants_hz)
    accent = (1.0, 1.0, 1.0) if phone is None else speaker.accent[phone.symbol]
    spoken: NDArray[np.float64] = aims * np.array(accent) * speaker.tract
    return spoken


def _smooth(track: NDArray[np.float64], frames: float) -> Floats:
    reach = int(np.ceil(3 * frames))
    kernel = np.exp(-((np.arange(-reach, reach + 1) / frames) ** 2) / 2)
    kernel /= kernel.sum()
    padded = np.pad(track, [(reach, reach)] + [(0, 0)] * (track.ndim - 1), mode="edge")
    columns = padded.reshape(len(padded), -1).T
    smooth: NDArray[np.float64] = np.stack([np.convolve(column, kernel, mode="valid") for column in columns], axis=1)
    return smooth.reshape(track.shape).astype(np.float32)


def _pitch(rng: np.random.Generator, owner: NDArray[np.int64], count: int, speaker: Speaker) -> NDArray[np.float64]:
    """Return the pitch of each frame: it falls over the breath, with accents and a little unrest."""
    accents = rng.normal(0, 1, int(owner.max()) // 6 + 2)
    melody = _smooth(accents[owner // 6], 6.0)
    fall = np.linspace(0.5, -0.5, count)
    unrest = rng.normal(0, 0.008, count)
    pitch_hz: NDArray[np.float64] = speaker.pitch_hz * np.exp(speaker.pitch_range * (0.6 * melody + fall) + unrest)
    return pitch_hz


def _pulses(rng: np.random.Generator, pitch_hz: NDArray[np.float64]) -> Floats:
    """Return one pulse a period, each split over two samples so that the pitch is not tied to the sampling rate."""
    turns = rng.uniform() + np.cumsum(np.repeat(pitch_hz, HOP)) / RATE_HZ
    before = np.flatnonzero(np.diff(np.floor(turns)) > 0)
    share = (np.floor(turns[before + 1]) - turns[before]) / (turns[before + 1] - turns[before])
    source = np.zeros(len(turns) + PIECE, dtype=np.float32)
    height = np.sqrt(RATE_HZ / np.repeat(pitch_hz, HOP)[before])  # the same power at every pitch
    source[before] += height * (1 - share)
    source[before + 1] += height * share
    return source


def _normal(rng: np.random.Generator, count: int) -> Floats:
    return rng.standard_normal(count, dtype=np.float32)


def _formant_filter(formants: Floats, bandwidth: Floats, tilt_db: float) -> NDArray[np.complex64]:
    """Return (frames, frequencies) response of three resonances in a row, with the loss of the source."""
    frequency = _FREQUENCIES[None, :]
    lips = 1 / (1 + (80 / np.maximum(_FREQUENCIES, 1)) ** 4)  # a mouth sends out no steady pressure
    loss = (np.maximum(_FREQUENCIES, 100) / 500) ** np.float32(-tilt_db / 6.02) * lips * np.float32(0.12)
    aims = np.prod(formants**2, axis=1)
    resistance: NDArray[np.complex64] = np.ones((len(formants), len(_FREQUENCIES)), dtype=np.complex64)
    for number, (base_hz, share) in enumerate(((50, 0.04), (40, 0.045), (60, 0.05))):
        aim = formants[:, number, None]
        width = (base_hz + share * aim) * bandwidth[:, None]
        resistance *= aim**2 - frequency**2 + np.complex64(1j) * (frequency * width)
    response: NDArray[np.complex64] = (loss * aims[:, None]) / resistance
    return response


def _pieces(source: Floats, count: int) -> NDArray[np.complex64]:
    """Return (count, frequencies) spectra of overlapping pieces."""
    starts = np.arange(count) * HOP
    spectra: NDArray[np.complex64] = fft.rfft(source[starts[:, None] + np.arange(PIECE)[None, :]] * _WINDOW, FFT)
    return spectra


def _joined(spectra: NDArray[np.complex64]) -> Floats:
    """Return the sound of pieces laid over each other, each `HOP` later than the one before."""
    count, parts = len(spectra), FFT // HOP
    blocks = fft.irfft(spectra, FFT).reshape(count, parts, HOP)
    total = np.zeros((count + parts, HOP), dtype=np.float32)
    for part in range(parts):
        total[part : part + count] += blocks[:, part]
    return total.reshape(-1)[: count * HOP]
