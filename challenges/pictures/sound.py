"""WAV -> spectrogram and waveform."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.signal import stft

from challenges.pictures.style import BLUE, NIGHT


@dataclass(frozen=True)
class Sound:
    """One channel, -1 to 1."""

    samples: NDArray[np.float64]
    rate_hz: int


def heard(data: bytes) -> Sound:
    """Return the first channel of a 16-bit WAV."""
    with wave.open(io.BytesIO(data)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return Sound(frames[:: file.getnchannels()] / 32768.0, file.getframerate())


def spectrogram(axes: Axes, sound: Sound, *, up_to_hz: float | None = None, span_db: float = 60.0) -> None:
    """Fill the axes with loudness over time and pitch, light upon dark; `span_db` decibels are told apart."""
    window = 2 ** int(np.log2(sound.rate_hz * 0.032))
    pitches, _times, bins = stft(sound.samples, sound.rate_hz, nperseg=window, noverlap=window * 3 // 4)
    shown = pitches <= (up_to_hz or sound.rate_hz / 2)
    loudness_db = 20 * np.log10(np.abs(bins[shown]) + 1e-10)
    top = float(np.quantile(loudness_db, 0.999))
    axes.imshow(
        loudness_db, origin="lower", aspect="auto", cmap=NIGHT, vmin=top - span_db, vmax=top, interpolation="bilinear"
    )


def waveform(axes: Axes, sound: Sound, *, bars: int = 120, colour: str = BLUE) -> None:
    """Draw loudness over time as `bars` rounded strokes about a middle line."""
    parts = np.array_split(np.abs(sound.samples), bars)
    heights = np.array([float(part.max()) for part in parts])
    axes.vlines(np.arange(bars), -heights, heights, color=colour, linewidth=2.0, capstyle="round")
    axes.set_xlim(-1, bars)
