"""pandas: joins, sessions, gaps, duplicates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, right
from challenges.catalog.topic_programming.jobs.core import words


def sessionise(rng: Generator) -> Iterator[Asked]:
    def visits(count: int, users: int, reach: int = 4000) -> pd.DataFrame:
        times = rng.choice(reach, size=count, replace=False)
        return pd.DataFrame(
            {
                "user": rng.choice(rng.integers(100, 10_000, size=users), size=count),
                "time": times,
                "page": words(rng, count),
            }
        )

    yield asked("one user, sorted", right("sessionise", visits(10, 1).sort_values("time", ignore_index=True), 600))
    yield asked(
        "several users", right("sessionise", visits(30, 4).sort_values(["user", "time"], ignore_index=True), 900)
    )
    yield asked("not sorted", right("sessionise", visits(30, 3), 500))
    edge = pd.DataFrame({"user": [1, 1, 1, 2], "time": [0, 100, 201, 150], "page": words(rng, 4)})
    yield asked("exactly the gap", right("sessionise", edge, 100))
    yield asked("a single visit", right("sessionise", visits(1, 1), 50))
    yield asked("an odd index", right("sessionise", visits(12, 3).set_index(np.arange(12)[::-1]), 700))
    yield asked("many", right("sessionise", visits(3000, 300, 90_000), 1800))


def last_quote(rng: Generator) -> Iterator[Asked]:
    def trades(count: int, symbols: list[str]) -> pd.DataFrame:
        times = np.sort(rng.integers(100, 1000, size=count))
        return pd.DataFrame(
            {"time": times, "symbol": rng.choice(symbols, size=count), "size": rng.integers(1, 9, size=count)}
        )

    def quotes(count: int, symbols: list[str]) -> pd.DataFrame:
        times = np.sort(rng.choice(1000, size=count, replace=False))
        return pd.DataFrame(
            {"time": times, "symbol": rng.choice(symbols, size=count), "price": rng.uniform(1, 9, size=count).round(2)}
        )

    names = words(rng, 4)
    yield asked("one symbol", right("last_quote", trades(6, names[:1]), quotes(20, names[:1])))
    yield asked("several symbols", right("last_quote", trades(12, names), quotes(60, names)))
    early = trades(6, names[:2])
    early["time"] -= 100
    yield asked("no quote yet", right("last_quote", early, quotes(8, names[:2])))
    exact = pd.DataFrame({"time": [5, 9], "symbol": names[0], "size": [1, 2]})
    at = pd.DataFrame({"time": [5, 10], "symbol": names[0], "price": rng.uniform(1, 9, size=2).round(2)})
    yield asked("at the very moment", right("last_quote", exact, at))
    yield asked("an unknown symbol", right("last_quote", trades(8, names), quotes(30, names[:2])))
    yield asked(
        "trades not sorted",
        right("last_quote", trades(15, names).sample(frac=1, random_state=rng, ignore_index=True), quotes(60, names)),
    )
    yield asked(
        "quotes not sorted",
        right("last_quote", trades(9, names), quotes(60, names).sample(frac=1, random_state=rng, ignore_index=True)),
    )


def tidy(rng: Generator) -> Iterator[Asked]:
    def wide(rows: int, periods: list[str]) -> pd.DataFrame:
        values = {period: rng.uniform(0, 100, size=rows).round(1) for period in periods}
        return pd.DataFrame({"id": rng.choice(10_000, size=rows, replace=False), **values})

    yield asked("two periods", right("tidy", wide(3, ["2023", "2024"])))
    yield asked("ids not sorted", right("tidy", wide(8, ["a", "b", "c"])))
    yield asked("periods not sorted", right("tidy", wide(4, ["2024-Q2", "2023-Q4", "2024-Q1"])))
    gaps = wide(6, ["q1", "q2", "q3"])
    gaps.loc[[1, 3], "q2"] = np.nan
    yield asked("missing values", right("tidy", gaps))
    gaps = wide(4, ["q1", "q2"])
    gaps.loc[2, ["q1", "q2"]] = np.nan
    yield asked("a row of nothing", right("tidy", gaps))
    moved = wide(4, ["q1", "q2"])
    yield asked("id is not first", right("tidy", moved[["q1", "id", "q2"]]))


def daily(rng: Generator) -> Iterator[Asked]:
    def sales(seconds: list[int]) -> pd.DataFrame:
        start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 300)))
        times = pd.DatetimeIndex([start + pd.Timedelta(seconds=s) for s in seconds]).as_unit("ns")
        return pd.DataFrame({"time": times, "amount": rng.uniform(1, 50, size=len(seconds)).round(2)})

    day = 86_400
    some = [int(s) for s in np.sort(rng.integers(0, 4 * day, size=25))]
    yield asked("every day", right("daily", sales(some)))
    yield asked("days without sales", right("daily", sales([10, 20, 3 * day + 5, 7 * day])))
    yield asked("not sorted", right("daily", sales([int(s) for s in rng.permutation(some)])))
    yield asked("one sale", right("daily", sales([some[3]])))
    yield asked("around midnight", right("daily", sales([day - 1, day, day + 1, 2 * day - 1, 2 * day])))
    yield asked(
        "over a leap day",
        right(
            "daily",
            pd.DataFrame(
                {
                    "time": pd.DatetimeIndex(["2024-02-28 23:00", "2024-03-01 01:00"]).as_unit("ns"),
                    "amount": rng.uniform(1, 9, size=2).round(2),
                }
            ),
        ),
    )


def latest(rng: Generator) -> Iterator[Asked]:
    def customers(count: int) -> pd.DataFrame:
        return pd.DataFrame({"key": rng.choice(100, size=count, replace=False), "city": words(rng, count)})

    def updates(keys: list[int], whens: list[int]) -> pd.DataFrame:
        return pd.DataFrame({"key": keys, "city": words(rng, len(keys)), "when": whens})

    base = customers(8)
    keys = [int(key) for key in base["key"]]
    yield asked("known keys", right("latest", base, updates(keys[:3], [1, 2, 3])))
    yield asked("new keys", right("latest", base, updates([200, 201, keys[0]], [1, 2, 3])))
    yield asked("updated twice", right("latest", base, updates([keys[1], keys[2], keys[1]], [1, 2, 3])))
    yield asked(
        "updates not sorted", right("latest", base, updates([keys[1], keys[2], keys[1], 300, 300], [9, 2, 3, 8, 5]))
    )
    yield asked(
        "no updates",
        right("latest", base, updates([keys[0]], [1]).iloc[:0]),
        right("latest", base, updates([keys[0]], [1])),
    )
    yield asked("at the same moment", right("latest", base, updates([keys[3], keys[3]], [4, 4])))


MAKERS = {"sessionise": sessionise, "last_quote": last_quote, "tidy": tidy, "daily": daily, "latest": latest}
