"""Rename me to solution.py and fill me in; the statement says what each job is to do."""

# ---- core Python


def parse_log(text): ...


def balanced(text): ...


def flatten(nested): ...


def to_roman(number): ...


def from_roman(text): ...


def merge_intervals(intervals): ...


def anagrams(words): ...


def wrap(text, width): ...


def top_words(text, k): ...


def spiral(matrix): ...


def calc(expression): ...


# ---- classes, decorators, generators


class LRUCache: ...


class Polynomial: ...


class InsufficientFunds(ValueError): ...


class Account: ...


class CreditAccount(Account): ...


def memoize(ttl, clock): ...


class Transaction: ...


def merge_sorted(first, second): ...


def chunks(iterable, size): ...


# ---- files


def merge_csvs(paths, target): ...


def tail(path, n): ...


def load_config(defaults, path, environment): ...


def jsonl_to_csv(source, target): ...


# ---- NumPy


def pairwise(X, Y): ...


def rolling_mean(x, width): ...


def group_means(values, groups, count): ...


def one_hot(labels, classes): ...


def im2col(image, height, width, stride): ...


def zscore(X): ...


# ---- pandas


def sessionise(visits, gap): ...


def last_quote(trades, quotes): ...


def tidy(wide): ...


def daily(sales): ...


def latest(customers, updates): ...


# ---- repairs: copy median, collect, binary_search and merge_settings from broken.py and mend them
