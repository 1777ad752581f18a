"""Log-mel features, a hidden Markov model of phones, a small neural network, and a search over words; numpy only.

1. Every call is lined up with the phones of its transcript: first cut evenly, then with better and better models
   (one Gaussian for each third of a phone, then again on features that separate these thirds).
2. A network with one look at 170 ms learns which third of which phone is heard.
3. The best sequence of words under the network and the word pairs of the train transcripts is the answer.
"""

import csv
import io
import os
import wave
import zipfile
from itertools import pairwise
from pathlib import Path

# Small products of matrices: two threads mostly wait for each other, on a busy machine many times as long as they work.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

RATE, HOP, WINDOW, FFT, BANDS = 8000, 80, 200, 256, 24
THIRDS = 3
SILENCE = "_"
EPOCHS = int(os.environ.get("EPOCHS", "5"))
ACOUSTIC_SCALE, PAIR_WEIGHT, NEW_WORD = 0.25, 1.0, 0.0
LOW = np.float32(-1e9)


def read_wav(data):
    with wave.open(io.BytesIO(data)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float32)


def mel_filters():
    def mel(hz):
        return 2595 * np.log10(1 + np.asarray(hz) / 700)

    edges = np.interp(np.linspace(mel(150), mel(3800), BANDS + 2), mel(np.arange(0, 4001)), np.arange(0, 4001))
    hz = np.fft.rfftfreq(FFT, 1 / RATE)
    rising = (hz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz[:, None]) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)


FILTERS = mel_filters()


def features(samples):
    """Return (frames, BANDS) log-mel energies, each band with mean 0 and spread 1 over the call."""
    samples = np.append(samples[0], samples[1:] - 0.95 * samples[:-1])
    starts = np.arange(0, len(samples) - WINDOW, HOP)
    pieces = samples[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(pieces, FFT)).astype(np.float32) ** 2
    energies = np.log(power @ FILTERS + 100.0)
    floor = np.quantile(energies, 0.05, axis=0)
    energies = np.maximum(energies, floor)
    return ((energies - energies.mean(axis=0)) / (energies.std(axis=0) + 0.3)).astype(np.float32)


def with_context(frames, reach, step):
    """Return each frame beside its neighbours `step` apart, as one long row."""
    places = np.arange(len(frames))[:, None] + step * np.arange(-reach, reach + 1)
    return frames[np.clip(places, 0, len(frames) - 1)].reshape(len(frames), -1)


class Sounds:
    """Numbers for the thirds of the phones; silence has one state."""

    def __init__(self, lexicon):
        self.lexicon = lexicon
        phones = sorted({phone for word in lexicon.values() for phone in word})
        self.first = {phone: 1 + THIRDS * place for place, phone in enumerate(phones)}
        self.count = 1 + THIRDS * len(phones)

    def word(self, word):
        return [self.first[phone] + third for phone in self.lexicon[word] for third in range(THIRDS)]

    def call(self, transcript):
        """Return the states of a call, with silence (0) around every word."""
        states = [0]
        for word in transcript.split():
            states += [*self.word(word), 0]
        return states


def even_alignment(sequence, frames):
    """Return a first guess: short silence at the ends, all other states equally long."""
    spoken = np.array([state for state in sequence if state])
    edge = min(10, frames // 6)
    inner = spoken[np.arange(frames - 2 * edge) * len(spoken) // (frames - 2 * edge)]
    return np.concatenate([np.zeros(edge, int), inner, np.zeros(edge, int)])


def best_alignments(scores, sequences):
    """Return the best path of each call through its own states; scores are (frames, states) arrays."""
    calls, longest = len(scores), max(map(len, scores))
    width = max(map(len, sequences))
    states = np.zeros((calls, width), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        states[row, : len(sequence)] = sequence
    may_skip = np.zeros((calls, width), dtype=bool)  # from before a silence to behind it
    may_skip[:, 2:] = states[:, 1:-1] == 0
    padded = np.zeros((longest, calls, scores[0].shape[1]), dtype=np.float32)
    for row, score in enumerate(scores):
        padded[: len(score), row] = score
    total = np.full((calls, width), LOW)
    total[:, :2] = np.take_along_axis(padded[0], states[:, :2], axis=1)
    steps = np.zeros((longest, calls, width), dtype=np.int8)
    for t in range(1, longest):
        options = np.full((3, calls, width), LOW)
        options[0] = total
        options[1, :, 1:] = total[:, :-1]
        options[2, :, 2:] = np.where(may_skip[:, 2:], total[:, :-2], LOW)
        steps[t] = options.argmax(axis=0)
        total = options.max(axis=0) + np.take_along_axis(padded[t], states, axis=1)
    return [trace(steps[: len(score), row], sequence) for row, (score, sequence) in
            enumerate(zip(scores, sequences, strict=True))]  # fmt: skip


def trace(steps, sequence):
    place, path = len(sequence) - 1, []
    for step in steps[::-1]:
        path.append(sequence[place])
        place = max(place - int(step[place]), 0)
    return np.array(path[::-1])


def gaussian_scores(frames, labels, count):
    """Return a function frames -> (frames, states) log densities of one Gaussian with own spreads for each state."""
    means, spreads = np.zeros((count, frames.shape[1])), np.ones((count, frames.shape[1]))
    for state in range(count):
        mine = frames[labels == state]
        if len(mine) > 5:
            means[state], spreads[state] = mine.mean(axis=0), mine.var(axis=0) + 0.05
    weights = np.concatenate([-0.5 / spreads, means / spreads], axis=1).T.astype(np.float32)
    constant = (-0.5 * (means**2 / spreads + np.log(spreads)).sum(axis=1)).astype(np.float32)
    return lambda x: np.concatenate([x**2, x], axis=1) @ weights + constant


def separating_directions(frames, labels, count, dimensions):
    """Return a matrix onto the directions in which states differ most (linear discriminant analysis)."""
    between, within = np.zeros((2, frames.shape[1], frames.shape[1]))
    middle = frames.mean(axis=0)
    for state in range(count):
        mine = frames[labels == state]
        if len(mine):
            off = mine - mine.mean(axis=0)
            within += off.T @ off
            between += len(mine) * np.outer(mine.mean(axis=0) - middle, mine.mean(axis=0) - middle)
    within += 1e-3 * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within / len(frames))
    whiten = vectors / np.sqrt(values)
    _, turned = np.linalg.eigh(whiten.T @ between @ whiten)
    return (whiten @ turned[:, ::-1][:, :dimensions]).astype(np.float32)


def align(calls, sequences, count):
    """Return the state of every frame of every call."""
    labels = [even_alignment(sequence, len(call)) for sequence, call in zip(sequences, calls, strict=True)]
    wide = [with_context(call, 1, 2) for call in calls]
    for _ in range(6):
        score = gaussian_scores(np.concatenate(wide), np.concatenate(labels), count)
        labels = best_alignments([score(call) for call in wide], sequences)
    wide = [with_context(call, 4, 1) for call in calls]
    for _ in range(3):
        onto = separating_directions(np.concatenate(wide), np.concatenate(labels), count, 40)
        narrow = [call @ onto for call in wide]
        score = gaussian_scores(np.concatenate(narrow), np.concatenate(labels), count)
        labels = best_alignments([score(call) for call in narrow], sequences)
    return labels


class Network:
    """Two hidden layers, trained with Adam and dropout."""

    def __init__(self, sizes, rng):
        self.rng = rng
        self.weights = [rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32)
                        for a, b in pairwise(sizes)]  # fmt: skip
        self.offsets = [np.zeros(b, dtype=np.float32) for b in sizes[1:]]

    def scores(self, x):
        """Return log chances of the states."""
        for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
            x = np.maximum(x @ weight + offset, 0)
        x = x @ self.weights[-1] + self.offsets[-1]
        x -= x.max(axis=1, keepdims=True)
        return x - np.log(np.exp(x).sum(axis=1, keepdims=True))

    def train(self, x, labels, epochs, batch=256, rate=1e-3):
        parameters = [*self.weights, *self.offsets]
        momentum, power = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
        steps, step = epochs * (len(x) // batch), 0
        for _ in range(epochs):
            order = self.rng.permutation(len(x))
            for start in range(0, len(order) - batch + 1, batch):
                chosen = order[start : start + batch]
                step += 1
                now = rate * min(1.0, 2 * (1 - step / (steps + 1)))
                for p, g, m, v in zip(
                    parameters, self.gradients(x[chosen], labels[chosen]), momentum, power, strict=True
                ):
                    m += 0.1 * (g - m)
                    v += 0.01 * (g * g - v)
                    p -= now * m / (np.sqrt(v) + 1e-6)

    def gradients(self, x, labels):
        inputs, keeps = [x], []
        for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
            x = np.maximum(x @ weight + offset, 0)
            keep = (self.rng.random(x.shape, dtype=np.float32) > 0.2) * np.float32(1.25)
            x *= keep
            inputs.append(x)
            keeps.append(keep)
        x = x @ self.weights[-1] + self.offsets[-1]
        error = np.exp(x - x.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        for_weights, for_offsets = [], []
        for layer in range(len(self.weights) - 1, -1, -1):
            for_weights.insert(0, inputs[layer].T @ error)
            for_offsets.insert(0, error.sum(axis=0))
            if layer:
                error = (error @ self.weights[layer].T) * (inputs[layer] > 0) * keeps[layer - 1]
        return [*for_weights, *for_offsets]


def word_pairs(transcripts, words):
    """Return (start, follow, stop): log chances of first words, of a word after a word, and of ending after a word."""
    place = {word: number for number, word in enumerate(words)}
    start, follow, stop = np.full(len(words), 0.1), np.full((len(words), len(words)), 0.02), np.full(len(words), 0.1)
    for transcript in transcripts:
        numbers = [place[word] for word in transcript.split()]
        start[numbers[0]] += 1
        stop[numbers[-1]] += 1
        for before, after in pairwise(numbers):
            follow[before, after] += 1
    leaving = follow.sum(axis=1) + stop
    logs = np.log(start / start.sum()), np.log(follow / leaving[:, None]), np.log(stop / leaving)
    return [table.astype(np.float32) for table in logs]


def decode(scores, sounds, words, pairs):
    """Return the best words of one call; each word ends in a silence of its own that may be left out."""
    start, follow, stop = (PAIR_WEIGHT * table + NEW_WORD for table in pairs)
    chains = [[*sounds.word(word), 0] for word in words]
    states = np.concatenate(chains)
    heads = np.cumsum([0, *map(len, chains)])[:-1]
    tails = heads + np.array([len(chain) - 1 for chain in chains])
    total, since = np.full(len(states), LOW), np.zeros(len(states), dtype=np.int64)
    waiting = np.float32(0)  # in the silence before the first word
    came_from, came_since = [], []
    for t, row in enumerate(scores):
        leaving = np.maximum(total[tails], total[tails - 1])
        left_since = np.where(total[tails] >= total[tails - 1], since[tails], since[tails - 1])
        entries = leaving[:, None] + follow
        best = entries.argmax(axis=0)
        entry = entries[best, np.arange(len(words))]
        fresh = start + waiting > entry
        came_from.append(np.where(fresh, -1, best))
        came_since.append(left_since[best])
        shifted, shifted_since = np.append(LOW, total[:-1]), np.append(0, since[:-1])
        shifted[heads], shifted_since[heads] = np.where(fresh, start + waiting, entry), t
        moved = shifted > total
        total = np.where(moved, shifted, total) + row[states]
        since = np.where(moved, shifted_since, since)
        waiting += row[0]
    finals = np.maximum(total[tails], total[tails - 1]) + stop
    word = int(finals.argmax())
    at = since[tails[word]] if total[tails[word]] >= total[tails[word] - 1] else since[tails[word] - 1]
    answer = [words[word]]
    while came_from[at][word] >= 0:
        word, at = int(came_from[at][word]), int(came_since[at][word])
        answer.append(words[word])
    return " ".join(answer[::-1])


def main():
    with (DATA / "lexicon.csv").open() as file:
        lexicon = {row["word"]: row["phones"].split() for row in csv.DictReader(file)}
    with (DATA / "train.csv").open() as file:
        train = list(csv.DictReader(file))
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        calls = [features(read_wav(archive.read(f"{row['utt_id']}.wav"))) for row in train]
    sounds = Sounds(lexicon)
    sequences = [sounds.call(row["transcript"]) for row in train]
    labels = np.concatenate(align(calls, sequences, sounds.count))

    wide = np.concatenate([with_context(call, 4, 2) for call in calls])
    network = Network([wide.shape[1], 256, 256, sounds.count], np.random.default_rng(0))
    network.train(wide, labels, EPOCHS)
    usual = np.log(np.bincount(labels, minlength=sounds.count) / len(labels) + 1e-4).astype(np.float32)

    words = sorted(lexicon)
    pairs = word_pairs([row["transcript"] for row in train], words)
    with (OUTPUT / "transcripts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["utt_id", "transcript"])
        for path in sorted((DATA / "test").glob("*.wav")):
            scores = network.scores(with_context(features(read_wav(path.read_bytes())), 4, 2)) - usual
            writer.writerow([path.stem, decode(ACOUSTIC_SCALE * scores, sounds, words, pairs)])


if __name__ == "__main__":
    main()
