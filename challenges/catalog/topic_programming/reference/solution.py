"""All thirty-two jobs, with the cases that one forgets."""

import copy
import csv
import heapq
import json
import re
from collections import Counter, OrderedDict, deque
from contextlib import suppress
from datetime import datetime
from functools import wraps
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

# ---- core

LOG_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)) \[(debug|info|warning|error)\] (.*)", re.IGNORECASE
)


def parse_log(text):
    found = []
    for line in re.split(r"\r\n|\n|\r", text):
        match = LOG_LINE.fullmatch(line.strip())
        if match is None or not match[3].strip():
            continue
        with suppress(ValueError):
            moment = datetime.fromisoformat(match[1].replace("Z", "+00:00"))
            found.append({"time": int(moment.timestamp()), "level": match[2].upper(), "message": match[3].strip()})
    return found


def balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    open_, quoted, escaped = [], False, False
    for sign in text:
        if escaped:
            escaped = False
        elif quoted and sign == "\\":
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "([{":
            open_.append(sign)
        elif sign in pairs and (not open_ or open_.pop() != pairs[sign]):
            return False
    return not open_ and not quoted


def flatten(nested):
    found, stack = [], [iter([nested])]
    while stack:
        for item in stack[-1]:
            if isinstance(item, (list, tuple)):
                stack.append(iter(item))
                break
            found.append(item)
        else:
            stack.pop()
    return found


ROMAN = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
         (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]  # fmt: skip


def to_roman(number):
    if not 1 <= number <= 3999:
        raise ValueError(number)
    text = ""
    for value, letters in ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def from_roman(text):
    number, place = 0, 0
    for value, letters in ROMAN:
        while text.startswith(letters, place):
            number += value
            place += len(letters)
    if place < len(text) or to_roman(number) != text:
        raise ValueError(text)
    return number


def merge_intervals(intervals):
    if any(end < start for start, end in intervals):
        raise ValueError("an interval ends before it starts")
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def anagrams(words):
    groups = {}
    for word in words:
        groups.setdefault("".join(sorted(word.casefold().replace(" ", ""))), []).append(word)
    return list(groups.values())


def wrap(text, width):
    if width < 1:
        raise ValueError(width)
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) <= width:
            line += " " + word
            continue
        if line:
            lines.append(line)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        line = word
    return [*lines, line] if line else lines


def top_words(text, k):
    words = "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
    ranked = sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))
    return [list(pair) for pair in ranked[: max(k, 0)]]


def spiral(matrix):
    rows, found = [list(row) for row in matrix], []
    while rows:
        found += rows.pop(0)
        rows = [list(row) for row in zip(*rows, strict=True)][::-1]
    return found


class Calculator:
    """sum: term (+- term)*; term: signed (*/ signed)*; signed: -signed | power; power: atom (^ signed)?"""

    def __init__(self, text):
        self.tokens = re.findall(r"\s*(\d+\.?\d*|\.\d+|\S)", text)
        self.place = 0

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def next(self):
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def sum(self):
        value = self.term()
        while self.peek() and self.peek() in "+-":
            value = value + self.term() if self.next() == "+" else value - self.term()
        return value

    def term(self):
        value = self.signed()
        while self.peek() and self.peek() in "*/":
            value = value * self.signed() if self.next() == "*" else value / self.signed()
        return value

    def signed(self):
        if self.peek() == "-":
            self.next()
            return -self.signed()
        return self.power()

    def power(self):
        value = self.atom()
        if self.peek() != "^":
            return value
        self.next()
        return value ** self.signed()

    def atom(self):
        token = self.next()
        if token == "(":
            value = self.sum()
            if self.next() != ")":
                raise ValueError("a bracket is not closed")
            return value
        if not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", token):
            raise ValueError(f"found {token!r}")
        return float(token)


def calc(expression):
    calculator = Calculator(expression)
    value = calculator.sum()
    if calculator.peek():
        raise ValueError(f"found {calculator.peek()!r}")
    return value


# ---- classes


class LRUCache:
    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError(capacity)
        self.capacity = capacity
        self.items = OrderedDict()

    def get(self, key, default=None):
        if key not in self.items:
            return default
        self.items.move_to_end(key)
        return self.items[key]

    def put(self, key, value):
        self.items[key] = value
        self.items.move_to_end(key)
        if len(self.items) > self.capacity:
            self.items.popitem(last=False)

    def __len__(self):
        return len(self.items)


class Polynomial:
    def __init__(self, coefficients):
        self.coefficients = list(coefficients)
        while self.coefficients and self.coefficients[-1] == 0:
            self.coefficients.pop()

    @staticmethod
    def of(value):
        return value if isinstance(value, Polynomial) else Polynomial([value])

    @property
    def degree(self):
        return len(self.coefficients) - 1

    def __call__(self, x):
        value = 0
        for coefficient in reversed(self.coefficients):
            value = value * x + coefficient
        return value

    def __add__(self, other):
        a, b = self.coefficients, Polynomial.of(other).coefficients
        size = max(len(a), len(b))
        padded = [[*one, *[0] * (size - len(one))] for one in (a, b)]
        return Polynomial([x + y for x, y in zip(*padded, strict=True)])

    __radd__ = __add__

    def __neg__(self):
        return Polynomial([-c for c in self.coefficients])

    def __sub__(self, other):
        return self + -Polynomial.of(other)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        b = Polynomial.of(other).coefficients
        product = [0] * max(len(self.coefficients) + len(b) - 1, 0)
        for i, x in enumerate(self.coefficients):
            for j, y in enumerate(b):
                product[i + j] += x * y
        return Polynomial(product)

    __rmul__ = __mul__

    def __eq__(self, other):
        return self.coefficients == Polynomial.of(other).coefficients

    __hash__ = None

    def derivative(self):
        return Polynomial([k * c for k, c in enumerate(self.coefficients)][1:])


class InsufficientFunds(ValueError):
    pass


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def lowest(self):
        return 0

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError(amount)
        if self.balance - amount < self.lowest():
            raise InsufficientFunds(amount)
        self.balance -= amount
        return self.balance

    def transfer(self, other, amount):
        self.withdraw(amount)
        other.deposit(amount)


class CreditAccount(Account):
    def __init__(self, owner, balance=0, limit=0):
        super().__init__(owner, balance)
        self.limit = limit

    def lowest(self):
        return -self.limit


def memoize(ttl, clock):
    def decorator(function):
        kept = {}

        @wraps(function)
        def remembering(*args, **kwargs):
            key = (args, tuple(sorted(kwargs.items())))
            if key in kept and clock() - kept[key][0] < ttl:
                return kept[key][1]
            value = function(*args, **kwargs)
            kept[key] = (clock(), value)
            return value

        return remembering

    return decorator


class Transaction:
    def __init__(self, data):
        self.data = data
        self.before = []

    def __enter__(self):
        self.before.append(copy.deepcopy(self.data))
        return self.data

    def __exit__(self, kind, error, trace):
        before = self.before.pop()
        if kind is not None:
            self.data.clear()
            self.data.update(before)
        return False


def merge_sorted(first, second):
    return heapq.merge(first, second)


def chunks(iterable, size):
    if size < 1:
        raise ValueError(size)

    def pieces():
        left = iter(iterable)
        while piece := list(islice(left, size)):
            yield piece

    return pieces()


# ---- files


def merge_csvs(paths, target):
    header, rows = {}, []
    for path in paths:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header |= dict.fromkeys(reader.fieldnames or [])
            rows += list(reader)
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(header), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def tail(path, n):
    with Path(path).open(encoding="utf-8") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=max(n, 0))]


def load_config(defaults, path, environment):
    found = dict(defaults)
    if Path(path).exists():
        with Path(path).open(encoding="utf-8") as file:
            for line in file:
                line = line.strip()
                if not line or line.startswith("#"):
                    continue
                name, equals, text = line.partition("=")
                name = name.strip()
                if not equals or name not in defaults:
                    raise ValueError(line)
                found[name] = typed(text.strip(), defaults[name])
    for name, default in defaults.items():
        text = environment.get(f"APP_{name.upper()}")
        if text is not None:
            found[name] = typed(text, default)
    return found


def typed(text, default):
    if isinstance(default, bool):
        if text.lower() not in ("true", "false", "yes", "no", "1", "0"):
            raise ValueError(text)
        return text.lower() in ("true", "yes", "1")
    return type(default)(text)


def jsonl_to_csv(source, target):
    rows = []
    with Path(source).open(encoding="utf-8") as file:
        for line in file:
            with suppress(ValueError):
                row = json.loads(line)
                if isinstance(row, dict):
                    rows.append(row)
    header = sorted({name for row in rows for name in row})
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


# ---- NumPy


def pairwise(X, Y):
    # The expanded square would cancel where points lie close together and far from zero.
    return np.sqrt(((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=-1))


def one_hot(labels, classes):
    table = np.zeros((len(labels), classes))
    known = np.flatnonzero((labels >= 0) & (labels < classes))
    table[known, labels[known]] = 1
    return table


def rolling_mean(x, width):
    if width < 1:
        raise ValueError(width)
    if width > len(x):
        return np.zeros(0)
    missing = np.isnan(x)
    level = x[~missing].mean() if (~missing).any() else 0.0
    sums = np.cumsum(np.concatenate([[0.0], np.where(missing, 0.0, x - level)]))
    gaps = np.cumsum(np.concatenate([[0], missing]))
    means = level + (sums[width:] - sums[:-width]) / width
    return np.where(gaps[width:] > gaps[:-width], np.nan, means)


def group_means(values, groups, count):
    sums = np.bincount(groups, weights=values, minlength=count)
    sizes = np.bincount(groups, minlength=count)
    return np.where(sizes > 0, sums / np.maximum(sizes, 1), np.nan)


def im2col(image, height, width, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, (height, width))[::stride, ::stride]
    return windows.reshape(-1, height * width)


def zscore(X):
    missing = np.isnan(X)
    sizes = np.maximum((~missing).sum(axis=0), 1)
    means = np.where(missing, 0.0, X).sum(axis=0) / sizes
    off = np.where(missing, 0.0, X - means)
    scale = np.sqrt((off**2).sum(axis=0) / sizes)
    constant = scale <= 1e-12 * np.maximum(np.abs(means), 1)
    return np.where(missing, np.nan, off / np.where(constant, np.inf, scale))


# ---- pandas


def sessionise(visits, gap):
    visits = visits.sort_values(["user", "time"], kind="stable", ignore_index=True)
    pause = visits.groupby("user")["time"].diff()
    visits["session"] = (pause > gap).groupby(visits["user"]).cumsum().astype(int)
    return visits


def last_quote(trades, quotes):
    trades = trades.assign(place=np.arange(len(trades))).sort_values("time", kind="stable")
    quotes = quotes.sort_values("time", kind="stable")
    joined = pd.merge_asof(trades, quotes, on="time", by="symbol")
    return joined.sort_values("place", ignore_index=True).drop(columns="place")


def tidy(wide):
    tall = wide.melt(id_vars="id", var_name="period", value_name="value").dropna(subset="value")
    return tall.sort_values(["id", "period"], ignore_index=True)


def daily(sales):
    sums = sales.set_index("time")["amount"].resample("D").sum()
    return pd.DataFrame({"day": sums.index.strftime("%Y-%m-%d"), "amount": sums.to_numpy()})


def latest(customers, updates):
    updates = updates.sort_values("when", kind="stable").drop_duplicates("key", keep="last")
    news = updates.drop(columns="when")
    kept = customers[~customers["key"].isin(news["key"])]
    return pd.concat([kept, news]).sort_values("key", ignore_index=True)


# ---- repaired


def median(values):
    if not values:
        raise ValueError("no values")
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def collect(item, into=None):
    into = [] if into is None else into
    into.append(item)
    return into


def binary_search(values, wanted):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(values) and values[low] == wanted else -1


def merge_settings(base, over):
    merged = copy.deepcopy(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge_settings(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged
