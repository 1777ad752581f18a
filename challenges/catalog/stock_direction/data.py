"""Five years of an invented exchange for learners, and its next 600 days for the referee, to be told day by day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.stock_direction.exchange import SECTORS, Tape, draw_habits, trade
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

SHARES = {Size.SMALL: 60, Size.FULL: 150}
PUBLISHED_DAYS = {Size.SMALL: 1250, Size.FULL: 2500}
HIDDEN_DAYS = {Size.SMALL: 600, Size.FULL: 1200}
PUBLIC_BOARD_SHARE = 0.3
"""The first part of the hidden days makes the public board, the rest the private one, as time would have it."""

TREND_FADES = (0.68, 0.78)
"""Where in the published days the trend is worth nothing any more; whoever validates on the last days can see it."""

PRICES = ("day", "share", "open", "high", "low", "close", "volume")
EVENTS = ("day", "share", "event", "value")


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the published days as tables and the hidden ones as the referee's episodes."""
    published, hidden = PUBLISHED_DAYS[size], HIDDEN_DAYS[size]
    fades = (round(TREND_FADES[0] * published), round(TREND_FADES[1] * published))
    habits = draw_habits(streams("structure"), fades=fades)
    # The day after the last question is needed for its answer.
    tape = trade(streams("days"), habits, shares=SHARES[size], days=published + hidden + 1)
    shares = _tickers(streams, SHARES[size])
    order = streams("shuffle").permutation(len(shares))
    prices, events = _prices(tape, shares), _events(tape, shares)
    past, gone = prices["day"] < published, events["day"] < published
    sectors = pd.DataFrame({"share": shares, "sector": np.array(SECTORS)[tape.sector]})
    return Dataset(
        public={
            "prices.csv": csv_bytes(prices[past]),
            "events.csv": csv_bytes(events[gone]),
            "shares.csv": csv_bytes(sectors.iloc[order]),
        },
        referee={
            "prices.csv": csv_bytes(prices[~past]),
            "events.csv": csv_bytes(events[~gone]),
            "questions.csv": csv_bytes(_questions(tape, shares, published, hidden)),
        },
    )


def _tickers(streams: Streams, count: int) -> NDArray[np.str_]:
    """Return distinct names of four letters that tell nothing, in the order of the alphabet."""
    rng, names = streams("names"), set[str]()
    while len(names) < count:
        names.add("".join(rng.choice(list("ABCDEFGHKLMNOPRSTUVWXZ"), 4).tolist()))
    return np.array(sorted(names))


def _prices(tape: Tape, shares: NDArray[np.str_]) -> pd.DataFrame:
    """Return one line for each share and day of trade."""
    day, share = np.nonzero(tape.traded)
    return pd.DataFrame(
        {
            "day": day,
            "share": shares[share],
            **{name: getattr(tape, name)[day, share] for name in PRICES[2:]},
        }
    )


def _events(tape: Tape, shares: NDArray[np.str_]) -> pd.DataFrame:
    """Return surprises of earnings and splits, each known before the open of its day."""
    parts = []
    for event, happened, values in (
        ("earnings", ~np.isnan(tape.surprise), tape.surprise),
        ("split", tape.split > 1, tape.split.astype(float)),
    ):
        day, share = np.nonzero(happened)
        parts.append(pd.DataFrame({"day": day, "share": shares[share], "event": event, "value": values[day, share]}))
    return pd.concat(parts).sort_values(["day", "share", "event"], ignore_index=True)[list(EVENTS)]


def _questions(tape: Tape, shares: NDArray[np.str_], published: int, hidden: int) -> pd.DataFrame:
    """Return (day, share) -> whether the share closes higher a day later, where it is traded on both days."""
    worth = tape.close * np.cumprod(tape.split, axis=0)
    days = np.arange(published, published + hidden)
    day, share = np.nonzero(tape.traded[days] & tape.traded[days + 1])
    day = day + published
    change = np.log(worth[day + 1, share] / worth[day, share])
    return pd.DataFrame(
        {
            "day": day,
            "share": shares[share],
            "up": (change > 1e-9).astype(int),  # a price that stays the same is not higher
            "return": np.round(change, 6),
            "edge": np.round(tape.edge[day + 1, share], 6),
            "public": (day < published + PUBLIC_BOARD_SHARE * hidden).astype(int),
        }
    )
