"""A first recogniser: every word is a small picture of sound, and a call is cut where the pictures fit best.

1. Sound becomes a log-mel spectrogram: 50 columns a second, 20 bands.
2. Nobody tells where in a train call a word begins, so calls are cut by the number of letters of their words.
   All examples of a word, stretched to the same width, are averaged: its template.
3. With these templates every train call is cut again where they fit best, and the examples are averaged again.
4. A test call is cut into words in the best possible way (dynamic programming over all cuts).

Ideas to beat it: templates blur what differs from voice to voice, and a word is not as wide in every mouth. Which word
follows which is not used at all.
"""

import csv
import io
import os
import wave
import zipfile
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

RATE, HOP, WINDOW, FFT, BANDS = 8000, 160, 256, 256, 20
WIDTH = 12  # columns of a template
LENGTHS = range(10, 46, 3)  # a word takes 0.2 to 0.9 seconds
ROUNDS = 4  # how often the train calls are cut again
WORD_COST = 3.0  # the price of one more word, so that calls are not cut to shreds


def read_wav(data):
    with wave.open(io.BytesIO(data)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(float)


def mel_filters():
    """Return (frequencies, BANDS) triangles, evenly spaced on the mel scale from 150 to 3800 Hz."""
    mels = np.linspace(2595 * np.log10(1 + 150 / 700), 2595 * np.log10(1 + 3800 / 700), BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    hz = np.fft.rfftfreq(FFT, 1 / RATE)[:, None]
    rising, falling = (hz - edges[:-2]) / np.diff(edges)[:-1], (edges[2:] - hz) / np.diff(edges)[1:]
    return np.clip(np.minimum(rising, falling), 0, None)


FILTERS = mel_filters()


def spectrogram(samples):
    """Return (columns, BANDS) log energies; over a call each band has mean 0 and spread 1."""
    starts = np.arange(0, len(samples) - WINDOW, HOP)
    pieces = samples[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    energies = np.log(np.abs(np.fft.rfft(pieces, FFT)) ** 2 @ FILTERS + 100)
    return (energies - energies.mean(axis=0)) / (energies.std(axis=0) + 0.1)


def loud_part(frames):
    """Return the first and one behind the last column that is louder than a third of the way from quiet to loud."""
    loudness = frames.mean(axis=1)
    loud = np.flatnonzero(loudness > np.quantile(loudness, [0.05, 0.95]) @ [0.65, 0.35])
    return loud[0], loud[-1] + 1


def stretched(frames, starts, length):
    """Return (starts, WIDTH * BANDS): the pieces from each start, taken at WIDTH even places."""
    places = np.round(np.linspace(0, length - 1, WIDTH)).astype(int)
    return frames[starts[:, None] + places].reshape(len(starts), -1)


def learn_templates(rows):
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        calls = [spectrogram(read_wav(archive.read(row["utt_id"] + ".wav"))) for row in rows]
    transcripts = [row["transcript"].split() for row in rows]
    cuts = [cut_by_letters(frames, words) for frames, words in zip(calls, transcripts, strict=True)]
    for _ in range(ROUNDS):
        templates = averaged(calls, transcripts, cuts)
        cuts = [cut_again(*call, templates) for call in zip(calls, transcripts, cuts, strict=True)]
    return averaged(calls, transcripts, cuts)


def cut_by_letters(frames, words):
    begin, end = loud_part(frames)
    letters = np.cumsum([0] + [len(word) for word in words])
    return np.round(begin + (end - begin) * letters / letters[-1]).astype(int)


def averaged(calls, transcripts, cuts):
    """Return word -> the mean picture of all its examples."""
    examples = {}
    for frames, words, places in zip(calls, transcripts, cuts, strict=True):
        for word, start, stop in zip(words, places[:-1], places[1:], strict=True):
            if stop - start >= 5:
                examples.setdefault(word, []).append(stretched(frames, np.array([start]), stop - start)[0])
    return {word: np.mean(pictures, axis=0) for word, pictures in examples.items()}


def cut_again(frames, words, cuts, templates):
    """Return where the words of a transcript fit best, one after the other; the old cuts where they do not fit."""
    begin, end = loud_part(frames)
    costs = piece_costs(frames, begin, end, np.array([templates[word] for word in words]))
    cheapest, back = np.full((len(words) + 1, end + 1), np.inf), {}
    cheapest[0, begin] = 0.0
    for place in range(len(words)):
        for length, distances in costs.items():
            reached = cheapest[place, begin : end - length + 1] + distances[:, place]
            better = np.flatnonzero(reached < cheapest[place + 1, begin + length :])
            cheapest[place + 1, begin + length + better] = reached[better]
            back.update({(place + 1, begin + length + stop): begin + stop for stop in better.tolist()})
    reached = np.flatnonzero(np.isfinite(cheapest[-1]))
    if len(reached) == 0:
        return cuts
    found = [int(reached[-1])]  # the words fill the whole call
    for place in range(len(words), 0, -1):
        found.append(back[place, found[-1]])
    return np.array(found[::-1])


def piece_costs(frames, begin, end, templates):
    """Return length -> (starts, templates): how far each piece of that length is from each template."""
    costs = {}
    for length in LENGTHS:
        starts = np.arange(begin, end - length + 1)
        if len(starts):
            pieces = stretched(frames, starts, length)
            distances = (pieces**2).sum(1)[:, None] - 2 * pieces @ templates.T + (templates**2).sum(1)
            costs[length] = distances / WIDTH * length / BANDS  # longer pieces cost more, so that all cuts compare
    return costs


def recognise(frames, words, templates):
    """Return the words of the cheapest way to cut the loud part of a call into templates."""
    begin, end = loud_part(frames)
    cheapest, back = np.full(end + 1, np.inf), {}
    cheapest[begin] = 0.0
    costs = piece_costs(frames, begin, end, templates)
    for stop in range(begin + 1, end + 1):
        for length, distances in costs.items():
            start = stop - length
            if start >= begin and np.isfinite(cheapest[start]):
                word = int(distances[start - begin].argmin())
                cost = cheapest[start] + distances[start - begin, word] + WORD_COST
                if cost < cheapest[stop]:
                    cheapest[stop], back[stop] = cost, (start, word)
    finite = [stop for stop in range(begin + 1, end + 1) if np.isfinite(cheapest[stop])]
    found, stop = [], max(finite, default=begin)
    while stop > begin:
        stop, word = back[stop]
        found.append(words[word])
    return " ".join(found[::-1])


def main():
    with (DATA / "train.csv").open() as file:
        learnt = learn_templates(list(csv.DictReader(file)))
    words, templates = list(learnt), np.array(list(learnt.values()))
    with (OUTPUT / "transcripts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["utt_id", "transcript"])
        for path in sorted((DATA / "test").glob("*.wav")):
            writer.writerow([path.stem, recognise(spectrogram(read_wav(path.read_bytes())), words, templates)])


if __name__ == "__main__":
    main()
