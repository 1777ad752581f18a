"""No hidden picture or sound is published besides in another form: recompressed, resized, turned, mirrored, louder.

Every file is brought down to 16 by 16 numbers without mean or scale: a picture to a grey thumbnail, a sound to the
loudness of 16 bands in 16 stretches of time. Two files are the same where these lie much nearer to each other than
those of strangers do. In the challenges of this repository the most alike of strangers keep 0.13 of the usual distance,
and nearly all pictures at a JPEG quality of 40 or at two fifths of their size come below 0.08. A copy cut smaller by a
twentieth is not found: it lies as far off as some strangers do.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy.io import wavfile
from scipy.ndimage import uniform_filter1d
from scipy.signal import spectrogram

from challenges.audit.exposed import ExposedFile, exposed_in
from challenges.audit.report import Check
from challenges.minting import Minted
from challenges.readers import Expected

Array = NDArray[np.float64]
Reader = Callable[[bytes], Array | None]

PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"}
SOUNDS = {".wav"}
SIDE = 16
FLAT = 1.0
"""Grey levels of contrast below which a picture is as good as blank, and like every other blank one."""
LOWEST_HZ, HIGHEST_HZ = 100.0, 3400.0
FRAME_S, HOP_S = 0.025, 0.010
QUIETEST = 1e-3
"""Of the loudest band and stretch: what is quieter counts as that quiet."""
SMOOTH_S, SILENCE_DB = 0.005, 20.0
"""So far below its loudest moment a sound is taken to have not begun, or to be over."""
UNCOMMONLY_NEAR = 0.1
"""Of the median distance between a hidden and a published file."""
MOST_DOUBLES = 0.01
"""Share of the hidden files; so few lift nobody's score above the floor by more than its error."""
CHUNK = 500


@dataclass(frozen=True)
class Prints:
    """What is left of the files of one sort when all has gone that another form would change."""

    names: Sequence[str]
    values: Array
    """(n, 16, 16), each of mean 0 and length 1."""

    def turned(self) -> Iterator[Array]:
        """Yield the values as they are, mirrored and turned by right angles: (n, 256) each, eight of them."""
        for values in (self.values, self.values.transpose(0, 2, 1)):
            for upright in (values, values[:, ::-1]):
                yield _flat(upright)
                yield _flat(upright[:, :, ::-1])


def check_doubles(paper: Minted) -> Check:
    """Return the check on pictures and sounds; it passes where none are hidden."""
    hidden, published = _split(paper)
    doubles, looked_at = [], 0
    for suffixes, read in ((PICTURES, _picture), (SOUNDS, _sound)):
        asked, known = _prints(hidden, suffixes, read), _prints(published, suffixes, read)
        if asked is None or known is None:
            continue
        looked_at += len(asked.names)
        doubles += _doubles(asked, known, may_turn=read is _picture)
    share = len(doubles) / max(looked_at, 1)
    found = f"of {looked_at} hidden pictures and sounds {len(doubles)} are published besides in some form"
    found += f", such as {doubles[0]}; expected at most {MOST_DOUBLES:.0%}" if doubles else ""
    measurement = {"hidden": float(looked_at), "doubles": float(len(doubles))}
    return Check("hidden_files_are_not_published_again", share <= MOST_DOUBLES, found, measurement)


def _split(paper: Minted) -> tuple[list[ExposedFile], list[ExposedFile]]:
    """Return the files that ask, and those that a learner has the answers of or may look at beside them."""
    public = exposed_in(paper.public)
    hidden = [*exposed_in(paper.inputs), *exposed_in(paper.folder / "referee")]
    ids: set[str] = set()
    if (paper.folder / "truth.json").exists():
        ids = {str(value) for values in Expected.of(paper.truth()).ids.values() for value in values.tolist()}
    asks = [not ids.isdisjoint({*PurePosixPath(file.name).parts, file.stem}) for file in public]
    hidden += [file for file, asking in zip(public, asks, strict=True) if asking]
    return hidden, [file for file, asking in zip(public, asks, strict=True) if not asking]


def _prints(files: list[ExposedFile], suffixes: set[str], read: Reader) -> Prints | None:
    names, values = [], []
    for file in files:
        if PurePosixPath(file.name).suffix.lower() in suffixes and (numbers := read(file.data)) is not None:
            names.append(file.name)
            values.append(numbers)
    return Prints(names, np.stack(values)) if names else None


def _doubles(asked: Prints, known: Prints, *, may_turn: bool) -> list[str]:
    """Return a sentence for each hidden file that is there twice."""
    ways = list(asked.turned()) if may_turn else [_flat(asked.values)]
    published = _flat(known.values)
    nearest, distance, upright = [], [], []
    for start in range(0, len(asked.names), CHUNK):
        alike = np.stack([way[start : start + CHUNK] @ published.T for way in ways])
        best = alike.max(axis=0)
        nearest.append(best.argmax(axis=1))
        distance.append(_distance(best.max(axis=1)))
        upright.append(_distance(alike[0]).ravel())
    usual = float(np.median(np.concatenate(upright)))
    found = np.flatnonzero(np.concatenate(distance) < UNCOMMONLY_NEAR * usual)
    places = np.concatenate(nearest)
    return [f"{asked.names[row]} as {known.names[places[row]]}" for row in found.tolist()]


def _distance(cosine: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(0.0, 2.0 - 2.0 * cosine)))


def _flat(values: Array) -> Array:
    return values.reshape(len(values), -1)


def _picture(data: bytes) -> Array | None:
    """Return a picture's print; None where it is blank or, as some are on purpose, none at all."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            grey = ImageOps.exif_transpose(image).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
    values = np.asarray(grey, dtype=np.float64)
    return _bare(values) if values.std() >= FLAT else None


def _sound(data: bytes) -> Array | None:
    """Return a sound's print; None where it is silent or shorter than the stretches that are compared."""
    rate, samples = wavfile.read(io.BytesIO(data))
    mono = samples.astype(np.float64).reshape(len(samples), -1).mean(axis=1)
    energy = uniform_filter1d(mono**2, max(round(SMOOTH_S * rate), 1), mode="constant")
    heard = np.flatnonzero(energy > energy.max(initial=0.0) * 10 ** (-SILENCE_DB / 10))
    frame, hop = round(FRAME_S * rate), round(HOP_S * rate)
    if len(heard) == 0 or heard[-1] - heard[0] < frame + SIDE * hop:
        return None
    hertz, _, power = spectrogram(mono[heard[0] : heard[-1]], rate, nperseg=frame, noverlap=frame - hop)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, SIDE + 1)
    bands = _pooled(np.sqrt(edges[1:] * edges[:-1]), np.maximum(np.diff(edges), hertz[1]), hertz)
    moments = np.arange(power.shape[1]) + 0.5
    stretch = power.shape[1] / SIDE
    stretches = _pooled((np.arange(SIDE) + 0.5) * stretch, np.full(SIDE, 1.5 * stretch), moments)
    loudness = bands @ power @ stretches.T
    return _bare(np.log(loudness + QUIETEST * loudness.max()))


def _pooled(centres: Array, reach: Array, places: Array) -> Array:
    """Return the weights by which places count for each centre: (centres, places), each row a triangle of sum 1."""
    weights = np.maximum(0.0, 1.0 - np.abs(places - centres[:, None]) / reach[:, None])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _bare(values: Array) -> Array | None:
    """Return values without mean and scale."""
    centred = values - values.mean()
    length = float(np.linalg.norm(centred))
    return centred / length if length > 0 else None
