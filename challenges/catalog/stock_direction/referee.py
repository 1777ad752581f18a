"""Tells the exchange day by day and asks each evening how likely every share closes higher the day after."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

from challenges.catalog.stock_direction.data import EVENTS, PRICES
from challenges.evaluation import Evaluation
from challenges.metrics.curves import roc_auc
from challenges.referee import Dialogue, Foul, FoulKind, Message, Player, Session
from challenges.spec import Size

DAY_S = 3.0
UNSAID = 0.5
"""Stands for every share without a usable probability."""

CLOSE = PRICES[2:].index("close")
"""Place of the closing price behind the share in a bar."""

HELD = 5
"""The paper portfolio buys the five likeliest shares of an evening and sells the five unlikeliest short."""

COST_BP = 5.0
"""Charged for each share bought or sold, in hundredths of a percent of its value."""

CURVE_DAYS = 20
Floats = NDArray[np.float64]


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Tell every hidden day and ask for the day after."""
    questions = _table(episodes["questions.csv"])
    bars, events = (_by_day(_table(episodes[name])) for name in ("prices.csv", "events.csv"))
    asked = {day: rows["share"].tolist() for day, rows in _by_day(questions).items()}
    dialogue.open(challenge="stock-direction", first_day=min(asked), days=len(asked), day_s=DAY_S)
    chances: list[float] = []
    trouble: list[tuple[int, str]] = []
    for day, shares in asked.items():
        said, fault = _ask(dialogue, day, _lines(bars.get(day), PRICES[1:]), _lines(events.get(day), EVENTS[1:]))
        usable = {share: _probability(said.get(share)) for share in shares}
        chances += [UNSAID if usable[share] is None else float(usable[share] or 0.0) for share in shares]
        missing = sum(chance is None for chance in usable.values())
        if fault or missing:
            trouble.append((day, fault or "without a probability from 0 to 1 for some share"))
    return _session(questions, np.array(chances), trouble)


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that calls every share a toss-up."""
    return lambda message: {"up": {bar[0]: UNSAID for bar in message["bars"]}} if message["type"] == "day" else None


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return a player that foretells what the last day brought. (That the opposite pays is there to be found out.)"""
    return {"tomorrow is like today": _like_today()}


def _like_today() -> Player:
    before: dict[str, float] = {}

    def play(message: Message) -> Message | None:
        if message["type"] != "day":
            return None
        said = {}
        for share, *bar in message["bars"]:
            close = float(bar[CLOSE])
            said[share] = 0.9 if close > before.get(share, close) else 0.1
            before[share] = close
        return {"up": said}

    return play


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows how the exchange works, but not the chance of tomorrow."""
    questions = _table(episodes["questions.csv"])
    questions["chance"] = ndtr(questions["edge"])
    known = {day: dict(zip(rows["share"], rows["chance"], strict=True)) for day, rows in _by_day(questions).items()}
    return lambda message: {"up": known[message["day"]]} if message["type"] == "day" else None


def _table(data: bytes) -> pd.DataFrame:
    # A ticker may read NANA, but never empty: no text means "missing" here.
    return pd.read_csv(io.BytesIO(data), keep_default_na=False)


def _by_day(rows: pd.DataFrame) -> dict[int, pd.DataFrame]:
    return {int(str(day)): part for day, part in rows.groupby("day")}


def _lines(rows: pd.DataFrame | None, columns: tuple[str, ...]) -> list[list[Any]]:
    return [] if rows is None else list(map(list, zip(*(rows[name].tolist() for name in columns), strict=True)))


def _ask(dialogue: Dialogue, day: int, bars: list[list[Any]], events: list[list[Any]]) -> tuple[dict[str, Any], str]:
    """Return share -> what was said, and what went wrong."""
    try:
        reply = dialogue.ask("day", timeout_s=DAY_S, day=day, bars=bars, events=events)
    except Foul as foul:
        if foul.kind is not FoulKind.LATE:
            raise
        return {}, f"later than {DAY_S:g} s"
    said = reply.message.get("up")
    return (said, "") if isinstance(said, dict) else ({}, "without an object of probabilities")


def _probability(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None


def _session(questions: pd.DataFrame, chances: Floats, trouble: list[tuple[int, str]]) -> Session:
    frame = questions.assign(chance=chances)
    days = {day: (_day_auc(rows), _paper_profit(rows)) for day, rows in _by_day(frame).items()}
    frame["day_auc"] = [days[day][0] for day in frame["day"]]
    frame["profit_bp"] = [days[day][1] for day in frame["day"]]
    public = frame["public"].to_numpy() == 1
    evening = (~frame["day"].duplicated()).to_numpy()
    evaluation = Evaluation(
        truth={
            "up": frame["up"].to_numpy(),
            "evening": evening.astype(np.int64),
            "moves": _by_evening(frame, evening, lambda rows: np.expm1(rows["return"].to_numpy())),
        },
        predictions={
            **{name: frame[name].to_numpy() for name in ("chance", "day_auc", "profit_bp")},
            "position": _by_evening(frame, evening, lambda rows: _position(rows) / (2 * HELD)),
        },
        public=public,
        unit=np.unique(frame["day"].to_numpy(), return_inverse=True)[1].astype(np.int64),
    )
    last_public = int(frame["day"][public].max())
    return Session(evaluation=evaluation, remarks=_remarks(trouble, last_public), replay=_replay(frame[public]))


def _day_auc(rows: pd.DataFrame) -> float:
    """Return the ROC AUC within one evening; 0.5 where all shares went the same way."""
    up = rows["up"].to_numpy()
    return 0.5 if up.min() == up.max() else roc_auc(up, rows["chance"].to_numpy())


def _by_evening(frame: pd.DataFrame, evening: NDArray[np.bool_], cell: Callable[[pd.DataFrame], Floats]) -> Any:
    """Return (rows,) cells, in the first row of each evening what stands for all its shares, elsewhere nothing."""
    cells = np.full(len(frame), None, dtype=object)
    days = _by_day(frame)
    for place in np.flatnonzero(evening).tolist():
        cells[place] = cell(days[int(frame["day"].iloc[place])])[None, :]
    return cells


def _position(rows: pd.DataFrame) -> Floats:
    """Return what an evening's portfolio holds of each share: 1 bought, -1 sold short.

    Shares that are called alike share a place in the portfolio, so that a program that has no opinion holds nothing.
    """
    rank = rankdata(rows["chance"].to_numpy())
    return np.asarray(np.clip(rank - (len(rows) - HELD), 0, 1) - np.clip(HELD + 1 - rank, 0, 1))


def _paper_profit(rows: pd.DataFrame) -> float:
    """Return what an evening's long and short positions earn in basis points, all costs taken off."""
    position = _position(rows)
    moves = 1e4 * np.expm1(rows["return"].to_numpy())
    # Bought tonight and sold tomorrow night: two trades for every position.
    return float((position @ moves - 2 * COST_BP * np.abs(position).sum()) / (2 * HELD))


def _remarks(trouble: list[tuple[int, str]], last_public: int) -> tuple[str, ...]:
    public = [(day, what) for day, what in trouble if day <= last_public]
    return tuple(
        f"Public evenings answered {kind}: {sum(what == kind for _, what in public)}, first on day"
        f" {min(day for day, what in public if what == kind)}; what is missing counts as {UNSAID}"
        for kind in dict.fromkeys(what for _, what in public)
    )


def _replay(shown: pd.DataFrame) -> dict[str, Any]:
    """Return the rolling AUC and the paper portfolio's curve over the public days."""
    days = shown.drop_duplicates("day")
    rolling = days["day_auc"].rolling(CURVE_DAYS).mean().dropna()
    return {
        "days": days["day"].tolist(),
        "rolling_day_auc": {"window": CURVE_DAYS, "values": [round(float(value), 4) for value in rolling]},
        "paper_profit_bp": [round(float(value), 2) for value in days["profit_bp"].cumsum()],
    }
