"""One clear call over the radio: its spectrogram, with the loudness of the words beneath."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import unzipped
from challenges.pictures.sound import Sound, heard, spectrogram, waveform
from challenges.pictures.style import bare


def draw(figure: Figure, dataset: Dataset) -> None:
    calls = [heard(data) for data in list(unzipped(dataset.public["train.zip"]).values())[:200]]
    long = [call for call in calls if 2.5 < len(call.samples) / call.rate_hz < 4]
    clear = max(long, key=clearness)
    spectrogram(bare(figure, box=(0, 0.3, 1, 0.7)), clear, span_db=38)
    waveform(bare(figure, box=(0, 0.03, 1, 0.24)), clear)


def clearness(call: Sound) -> float:
    """Return how far words stand out from pauses."""
    loudness = np.array([part.std() for part in np.array_split(call.samples, 100)])
    return float(np.quantile(loudness, 0.8) / np.quantile(loudness, 0.1))
