"""Starter: every job as one would first write it, with the plain case in mind. Hand it in as it is, then improve it.

Run practise.py to see what is wrong already with the practice cases; the hidden ones are nastier.
"""

import csv
import json
from pathlib import Path

import numpy as np


def parse_log(text):
    from datetime import datetime

    found = []
    for line in text.split("\n"):
        parts = line.split(" ", 2)
        if len(parts) == 3:
            moment = datetime.fromisoformat(parts[0].replace("Z", "+00:00"))
            found.append({"time": int(moment.timestamp()), "level": parts[1].strip("[]"), "message": parts[2]})
    return found


def balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for sign in text:
        if sign in "([{":
            stack.append(sign)
        elif sign in pairs and (not stack or stack.pop() != pairs[sign]):
            return False
    return not stack


def flatten(nested):
    found = []
    for item in nested:
        if isinstance(item, list):
            found += flatten(item)
        else:
            found.append(item)
    return found


VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def to_roman(number):
    text = ""
    for value, letters in zip(
        [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1],
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    ):
        while number >= value:
            text += letters
            number -= value
    return text


def from_roman(text):
    total = 0
    for letter, after in zip(text, text[1:] + " ", strict=True):
        value = VALUES[letter]
        total += -value if VALUES.get(after, 0) > value else value
    return total


def merge_intervals(intervals):
    merged = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return merged


def anagrams(words):
    groups = {}
    for word in words:
        groups.setdefault("".join(sorted(word)), []).append(word)
    return list(groups.values())


def wrap(text, width):
    lines, line = [], ""
    for word in text.split():
        if len(line) + 1 + len(word) <= width:
            line = f"{line} {word}".strip()
        else:
            lines.append(line)
            line = word
    lines.append(line)
    return lines


def top_words(text, k):
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return [[word, count] for word, count in sorted(counts.items(), key=lambda pair: -pair[1])[:k]]


def spiral(matrix):
    found = []
    matrix = [list(row) for row in matrix]
    while matrix:
        found += matrix.pop(0)
        matrix = [list(row) for row in zip(*matrix, strict=True)][::-1]
    return found


def calc(expression):
    return float(eval(expression.replace("^", "**")))  # it works ... mostly


class LRUCache:
    def __init__(self, capacity):
        self.capacity = capacity
        self.items = {}

    def get(self, key, default=None):
        return self.items.get(key, default)

    def put(self, key, value):
        if len(self.items) >= self.capacity:
            del self.items[next(iter(self.items))]
        self.items[key] = value

    def __len__(self):
        return len(self.items)


class Polynomial:
    def __init__(self, coefficients):
        self.coefficients = list(coefficients)

    @property
    def degree(self):
        return len(self.coefficients) - 1

    def __call__(self, x):
        return sum(c * x**k for k, c in enumerate(self.coefficients))

    def __add__(self, other):
        size = max(len(self.coefficients), len(other.coefficients))
        sums = [0] * size
        for one in (self, other):
            for k, c in enumerate(one.coefficients):
                sums[k] += c
        return Polynomial(sums)

    def __mul__(self, other):
        product = [0] * (len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                product[i + j] += a * b
        return Polynomial(product)

    def derivative(self):
        return Polynomial([k * c for k, c in enumerate(self.coefficients)][1:])


class InsufficientFunds(Exception):
    pass


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(amount)
        self.balance -= amount
        return self.balance

    def transfer(self, other, amount):
        other.deposit(amount)
        self.withdraw(amount)


def memoize(ttl, clock):
    def decorator(function):
        kept = {}

        def remembering(*args):
            if args not in kept:
                kept[args] = function(*args)
            return kept[args]

        return remembering

    return decorator


class Transaction:
    def __init__(self, data):
        self.data = data

    def __enter__(self):
        self.before = dict(self.data)
        return self.data

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.data.update(self.before)


def merge_sorted(first, second):
    return iter(sorted([*first, *second]))


def chunks(iterable, size):
    items = list(iterable)
    for start in range(0, len(items), size):
        yield items[start : start + size]


def merge_csvs(paths, target):
    rows = []
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def tail(path, n):
    with Path(path).open(encoding="utf-8") as file:
        return file.read().split("\n")[-n - 1 : -1]


def load_config(defaults, path, environment):
    found = dict(defaults)
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            if "=" in line:
                name, text = line.strip().split("=")
                found[name.strip()] = type(defaults[name.strip()])(text.strip())
    for name in defaults:
        if f"APP_{name.upper()}" in environment:
            found[name] = environment[f"APP_{name.upper()}"]
    return found


def jsonl_to_csv(source, target):
    with Path(source).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def pairwise(X, Y):
    return np.array([[np.sqrt(((x - y) ** 2).sum()) for y in Y] for x in X])


def rolling_mean(x, width):
    return np.array([x[k : k + width].mean() for k in range(len(x) - width + 1)])


def group_means(values, groups, count):
    return np.array([values[groups == group].mean() for group in range(count)])


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def im2col(image, height, width, stride):
    rows = []
    for top in range(0, image.shape[0] - height + 1, stride):
        for left in range(0, image.shape[1] - width + 1, stride):
            rows.append(image[top : top + height, left : left + width].ravel())
    return np.array(rows)


def zscore(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def sessionise(visits, gap):
    visits = visits.copy()
    visits["session"] = visits.groupby("user")["time"].transform(lambda time: (time.diff() > gap).cumsum())
    return visits


def tidy(wide):
    return wide.melt(id_vars="id", var_name="period", value_name="value")


def daily(sales):
    sums = sales.groupby(sales["time"].dt.strftime("%Y-%m-%d"))["amount"].sum()
    return sums.rename_axis("day").reset_index()


def latest(customers, updates):
    found = dict(zip(customers["key"], customers["city"], strict=True))
    found.update(zip(updates["key"], updates["city"], strict=True))
    import pandas as pd

    return pd.DataFrame(sorted(found.items()), columns=["key", "city"])


# Not yet written: last_quote, CreditAccount. Not yet repaired: the functions of broken.py.


def median(values):
    if not values:
        raise ValueError("no values")
    values.sort()
    half = len(values) // 2
    return values[half]
