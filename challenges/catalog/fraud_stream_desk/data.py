"""A hundred and twenty days of payments with their chargebacks, then forty days live, in which thieves try new ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes
from challenges.spec import Size
from challenges.worlds.cards import CATEGORIES, COUNTRIES, DAY_S, Ledger, Sizes, Town, draw_town, everyday
from challenges.worlds.thieves import Thieves, draw_gang

HISTORY_DAYS = 120
LIVE_DAYS = 40
SLOWED_FROM_DAY = HISTORY_DAYS + 14
"""From the fifteenth live day the tiny payments of a burst come half as fast."""

PAYMENTS = {Size.SMALL: (100_000, 40_000), Size.FULL: (2_000_000, 600_000)}
CARDS = {Size.SMALL: 6_000, Size.FULL: 100_000}
FRAUD_SHARE = {Size.SMALL: 0.012, Size.FULL: 0.003}
"""At 0.8 % of 40 000 payments some seventy private victims decide, and a starter that saves a quarter of the cost is
hardly three standard errors away from one that saves nothing; at 1.2 % it is more than four."""

PUBLIC_SHARE = 0.3

COSTS = {
    "approve": {"fraud": {"fixed": 15.0, "share": 1.0}, "honest": {"fixed": 0.0, "share": 0.0}},
    "challenge": {"fraud": {"fixed": 1.0, "share": 0.05}, "honest": {"fixed": 1.0, "share": 0.02}},
    "decline": {"fraud": {"fixed": 0.0, "share": 0.0}, "honest": {"fixed": 3.0, "share": 0.04}},
}
"""What a decision costs: fixed + share * amount."""

REPORTED_AFTER_DAYS = (5.0, 30.0)

SENT = (
    "tx",
    "ts",
    "card",
    "merchant",
    "category",
    "amount",
    "channel",
    "lat",
    "lon",
    "device",
    "ip_country",
    "recurring",
)
"""Columns of a payment as it knocks."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the history for learners, and the live payments with their labels for the referee."""
    history_count, live_count = PAYMENTS[size]
    town = draw_town(
        streams("town"), Sizes(cards=CARDS[size]), days=HISTORY_DAYS + LIVE_DAYS, live_from_day=HISTORY_DAYS
    )
    frame = _payments(streams, town, history_count, live_count, FRAUD_SHARE[size])
    frame = _dressed(streams, frame, town)
    live_from = HISTORY_DAYS * DAY_S
    is_live = frame["ts"] >= live_from
    history, live = frame[~is_live], frame[is_live]
    late = history[history["reported_ts"] >= live_from]
    return Dataset(
        public={
            "history.csv": csv_bytes(_told_so_far(history, live_from)),
            "costs.json": json_bytes(COSTS),
        },
        referee={
            "live.csv": csv_bytes(live[[*SENT, "fraud", "tactic", "reported_ts", "public"]]),
            "late_labels.csv": csv_bytes(late[["tx", "reported_ts"]]),
        },
    )


def _payments(streams: Streams, town: Town, history: int, live: int, fraud_share: float) -> pd.DataFrame:
    """Return all payments of both periods in the order of time."""
    before, after = (0, HISTORY_DAYS), (HISTORY_DAYS, HISTORY_DAYS + LIVE_DAYS)
    gang = draw_gang(streams("gang"), town)
    shares = _shares(streams("structure"))
    ledgers = []
    for name, days, count in (("history", before, history), ("live", after, live)):
        honest = Ledger(town=town, rng=streams(f"payments/{name}"))
        everyday(honest, days=days, count=round(count * (1 - fraud_share)))
        stolen = Ledger(town=town, rng=streams(f"fraud/{name}"))
        thieves = Thieves(ledger=stolen, gang=gang, attacks=days[0] * 100_000)
        for tactic, share in shares[name].items():
            thieves.strike(tactic, days=days, count=round(count * fraud_share * share), slowed_from_day=SLOWED_FROM_DAY)
        ledgers += [honest.frame(), stolen.frame()]
    whole = pd.concat(ledgers, ignore_index=True).sort_values("ts", kind="stable", ignore_index=True)
    return whole[whole["ts"] < after[1] * DAY_S].reset_index(drop=True)


def _shares(rng: Generator) -> dict[str, dict[str, float]]:
    """Return how the thieves divide their work: before, and live, where the drip is new."""
    known = dict(zip(("burst", "clone", "takeover", "ring"), 0.15 + 0.4 * rng.dirichlet([8, 8, 8, 8]), strict=True))
    total = sum(known.values())
    drip = float(rng.uniform(0.2, 0.3))
    return {
        "history": {tactic: share / total for tactic, share in known.items()},
        "live": {tactic: share / total * (1 - drip) for tactic, share in known.items()} | {"drip": drip},
    }


def _dressed(streams: Streams, frame: pd.DataFrame, town: Town) -> pd.DataFrame:
    """Return payments as a bank writes them down, with opaque names, and with the truth beside them."""
    cards, merchants = streams.ids("cards", len(town.home)), streams.ids("merchants", len(town.category))
    known_devices, device = np.unique(frame["device"].to_numpy(), return_inverse=True)
    rng = streams("reports")
    fraud = (frame["tactic"] != "").to_numpy()
    delay_s = rng.uniform(*REPORTED_AFTER_DAYS, len(frame)) * DAY_S
    is_public = streams("split").random(len(town.home)) < PUBLIC_SHARE
    return pd.DataFrame(
        {
            "tx": streams.ids("payments", len(frame)),
            "ts": frame["ts"],
            "card": cards[frame["card"]],
            "merchant": merchants[frame["merchant"]],
            "category": np.array(CATEGORIES)[town.category[frame["merchant"]]],
            "amount": frame["amount"],
            "channel": np.where(frame["online"], "online", "till"),
            "lat": frame["lat"],
            "lon": frame["lon"],
            "device": np.where(frame["online"], streams.ids("devices", len(known_devices))[device], "chip"),
            "ip_country": np.array(COUNTRIES)[frame["country"]],
            "recurring": frame["recurring"].astype(int),
            "fraud": fraud.astype(int),
            "tactic": frame["tactic"],
            "reported_ts": _whole_or_none(np.where(fraud, frame["ts"] + delay_s, np.nan)),
            "public": is_public[frame["card"]].astype(int),
        }
    )


def _whole_or_none(values: NDArray[np.float64]) -> pd.Series:
    return pd.Series(np.floor(values)).astype("Int64")


def _told_so_far(history: pd.DataFrame, now: int) -> pd.DataFrame:
    """Return what the bank knows on the day it goes live: fraud that nobody has reported yet looks honest."""
    shown = history[[*SENT, "fraud", "reported_ts"]].copy()
    unknown = (shown["reported_ts"] >= now).fillna(False).to_numpy(dtype=bool)
    shown.loc[unknown, "fraud"] = 0
    shown.loc[unknown, "reported_ts"] = pd.NA
    return shown
