"""What the cases play with: deep lists, clocks, taps that count, files. Published, so that you can look."""

import importlib
import random
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np


def nested(depth):
    """Return [0, [1, [2, ... ]]], so many lists deep."""
    whole = inner = []
    for level in range(depth):
        inner.append(level)
        if level < depth - 1:
            inner.append([])
            inner = inner[-1]
    return whole


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


class Counted:
    """A function that counts its calls; it adds up its arguments, and raises ValueError for a negative first one."""

    def __init__(self):
        self.calls = 0

    def __call__(self, *numbers, **named):
        self.calls += 1
        if numbers and numbers[0] < 0:
            raise ValueError("negative")
        return sum(numbers) + sum(named.values())

    def count(self):
        return self.calls


def decorated(decorator, function):
    return decorator(function)


class Tap:
    """An iterator over numbers that knows how many were taken from it."""

    def __init__(self, numbers):
        self.left = iter(numbers)
        self.taken = 0

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self.left)
        self.taken += 1
        return number

    def count(self):
        return self.taken


def thrifty(first, second, most):
    """Return whether no more than so many items were taken from two taps."""
    return first.taken + second.taken <= most


def take(iterator, count):
    """Return the first items, and ask for no more."""
    return [next(iterator) for _ in range(count)]


def attempt(transaction, changes, fails):
    """Make changes to what a transaction guards; return whether an exception came through."""
    try:
        with transaction as guarded:
            for key, value in changes.items():
                if isinstance(value, list) and isinstance(guarded.get(key), list):
                    guarded[key].extend(value)
                else:
                    guarded[key] = value
            if fails:
                raise KeyError("in the middle")
    except KeyError:
        return True
    return False


def folder(files):
    """Write {name: text} into a fresh folder and return its path; texts are written to the letter."""
    root = Path(tempfile.mkdtemp())
    for name, text in files.items():
        (root / name).write_bytes(text.encode("utf-8"))
    return str(root)


def path(root, name):
    return str(Path(root) / name)


def paths(root, names):
    return [str(Path(root) / name) for name in names]


def read(root, name):
    """Return a file's lines without their ends."""
    return (Path(root) / name).read_text(encoding="utf-8").splitlines()


def long_log(seed, lines):
    """Write a long file of numbered lines and return its path."""
    rng = random.Random(seed)
    place = Path(tempfile.mkdtemp()) / "long.log"
    with place.open("w", encoding="utf-8") as file:
        file.writelines(f"{number} {rng.randrange(10**9)} {'x' * 60}\n" for number in range(lines))
    return str(place)


def peak_below(function, megabytes, *args):
    """Return whether a function of solution.py stays below so much memory."""
    tracemalloc.start()
    try:
        getattr(importlib.import_module("solution"), function)(*args)
        return tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()


def numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def groups(seed, size, count):
    return np.random.default_rng(seed).integers(0, count, size=size)


def sketch(array):
    """Return shape, sum of the finite entries and a few entries of a large array."""
    array = np.asarray(array, dtype=float)
    flat = array.ravel()
    some = flat[:: max(1, flat.size // 17)][:20]
    return {"shape": list(array.shape), "sum": float(flat[np.isfinite(flat)].sum()), "some": some.tolist()}
