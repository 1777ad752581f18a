"""Lets payments knock one by one, and tells chargebacks weeks later, as a bank would learn of them."""

from __future__ import annotations

import heapq
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.careless import one_behind
from challenges.catalog.fraud_stream_desk.data import COSTS, HISTORY_DAYS, LIVE_DAYS, SENT
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Foul, FoulKind, Message, Player, Session
from challenges.spec import Size
from challenges.worlds.cards import DAY_S

DECISION_S = 0.060
DEFAULT = "approve"
ACTIONS = ("approve", "challenge", "decline")
GUESSED_SCORE = {"approve": 0.0, "challenge": 0.5, "decline": 1.0}
"""Stands in for a score that was not sent."""

LATENCY_EDGES_MS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)


@dataclass(frozen=True)
class Decision:
    """What became of one payment."""

    action: str
    score: float
    seconds: float
    trouble: str = ""


@dataclass(kw_only=True)
class Reports:
    """Labels on their way: told when their time has come."""

    dialogue: Dialogue
    due: list[tuple[int, str]] = field(default_factory=list)

    def promise(self, tx: str, at: int) -> None:
        heapq.heappush(self.due, (at, tx))

    def tell_until(self, now: int) -> None:
        while self.due and self.due[0][0] <= now:
            _, tx = heapq.heappop(self.due)
            self.dialogue.tell("label", tx=tx, fraud=1)


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask for a decision on every live payment in the order of time."""
    live = _live(episodes)
    reports = Reports(dialogue=dialogue)
    for tx, at in _table(episodes["late_labels.csv"]).itertuples(index=False):
        reports.promise(tx, int(at))
    dialogue.open(challenge="fraud-stream-desk", payments=len(live), decision_s=DECISION_S, costs=COSTS)
    sent: list[dict[Any, Any]] = live[list(SENT)].to_dict("records")
    decisions = []
    for payment, fraud, reported_ts in zip(sent, live["fraud"].tolist(), live["reported_ts"].tolist(), strict=True):
        reports.tell_until(payment["ts"])
        decision = _decide(dialogue, payment)
        decisions.append(decision)
        if decision.action == "challenge":
            dialogue.tell("label", tx=payment["tx"], fraud=fraud)
        elif decision.action == "approve" and fraud:
            reports.promise(payment["tx"], int(reported_ts))
    return _session(live, decisions)


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that approves everything."""
    return lambda message: {"action": "approve"} if message["type"] == "tx" else None


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that treat every payment alike, by turns, or as the one before it deserved."""
    return {
        **{f"{action} everything": _always(action) for action in ACTIONS},
        "approve, challenge and decline by turns": _by_turns(),
        "as the payment before deserved": one_behind(ceiling_player(episodes), kind=lambda message: message["type"]),
    }


def _always(action: str) -> Player:
    return lambda message: {"action": action} if message["type"] == "tx" else None


def _by_turns() -> Player:
    turns = cycle(ACTIONS)
    return lambda message: {"action": next(turns)} if message["type"] == "tx" else None


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows the labels."""
    live = _live(episodes)
    stolen = set(live.loc[live["fraud"] == 1, "tx"])

    def play(message: Message) -> Message | None:
        if message["type"] != "tx":
            return None
        return {"action": "decline" if message["tx"]["tx"] in stolen else "approve"}

    return play


def _live(episodes: Mapping[str, bytes]) -> pd.DataFrame:
    return _table(episodes["live.csv"])


def _table(data: bytes) -> pd.DataFrame:
    texts = dict.fromkeys(("tx", "card", "merchant", "device"), str)
    return pd.read_csv(io.BytesIO(data), dtype=texts, keep_default_na=False, na_values={"reported_ts": [""]})


def _decide(dialogue: Dialogue, payment: dict[Any, Any]) -> Decision:
    try:
        reply = dialogue.ask("tx", timeout_s=DECISION_S, tx=payment)
    except Foul as foul:
        if foul.kind is not FoulKind.LATE:
            raise
        return Decision(DEFAULT, GUESSED_SCORE[DEFAULT], DECISION_S, "late")
    action, score = reply.message.get("action"), reply.message.get("score")
    if action not in ACTIONS:
        return Decision(DEFAULT, GUESSED_SCORE[DEFAULT], reply.elapsed_s, "unknown action")
    if not isinstance(score, (int, float)) or not 0 <= score <= 1:
        score = GUESSED_SCORE[action]
    return Decision(action, float(score), reply.elapsed_s)


def _session(live: pd.DataFrame, decisions: list[Decision]) -> Session:
    amount, fraud = live["amount"].to_numpy(), live["fraud"].to_numpy()
    actions = np.array([decision.action for decision in decisions])
    idle, paid = _costs(np.full(len(live), "approve"), amount, fraud), _costs(actions, amount, fraud)
    is_drip = live["tactic"].to_numpy() == "drip"
    public = live["public"].to_numpy() == 1
    evaluation = Evaluation(
        truth={"cost0": idle, "drip_cost0": np.where(is_drip, idle, 0.0), "fraud": fraud},
        predictions={
            "cost": paid,
            "drip_cost": np.where(is_drip, paid, 0.0),
            "stopped": (actions != "approve").astype(np.int64),
            "score": np.array([decision.score for decision in decisions]),
            "seconds": np.array([decision.seconds for decision in decisions]),
        },
        public=public,
        unit=np.unique(live["card"].to_numpy(), return_inverse=True)[1].astype(np.int64),
    )
    shown = live.assign(action=actions, idle=idle, paid=paid, seconds=evaluation.predictions["seconds"])[public]
    return Session(evaluation=evaluation, remarks=_remarks(decisions, public), replay=_replay(shown))


def _costs(actions: NDArray[Any], amount: NDArray[np.float64], fraud: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each decision costs, in euros."""
    costs = np.zeros(len(amount))
    for action, table in COSTS.items():
        for is_fraud, name in ((1, "fraud"), (0, "honest")):
            rows = (actions == action) & (fraud == is_fraud)
            costs[rows] = table[name]["fixed"] + table[name]["share"] * amount[rows]
    return costs


def _remarks(decisions: list[Decision], public: NDArray[np.bool_]) -> tuple[str, ...]:
    troubles = Counter(decision.trouble for decision, shown in zip(decisions, public.tolist(), strict=True) if shown)
    said = {
        "late": f"later than {1000 * DECISION_S:.0f} ms",
        "unknown action": f"with another action than {', '.join(ACTIONS)}",
    }
    return tuple(
        f"{troubles[trouble]} of {int(public.sum())} public payments were answered {sentence}, and so approved"
        for trouble, sentence in said.items()
        if troubles[trouble]
    )


def _replay(shown: pd.DataFrame) -> dict[str, Any]:
    """Return costs by day and account, savings by tactic and latencies, of public cards only."""
    day = shown["ts"] // DAY_S - HISTORY_DAYS
    account = shown["action"] + np.where(shown["fraud"] == 1, ": fraud", ": honest")
    by_day = shown["paid"].groupby([account, day]).sum()
    stolen = shown[shown["fraud"] == 1].groupby("tactic")[["idle", "paid"]].sum()
    histogram, _ = np.histogram(1000 * shown["seconds"], bins=[0, *LATENCY_EDGES_MS[:-1], np.inf])
    return {
        "cost_by_day": {
            str(name): [round(float(by_day.get((name, k), 0.0)), 2) for k in range(LIVE_DAYS)]
            for name in by_day.index.get_level_values(0).unique()
        },
        "cost0_by_day": [round(float(shown["idle"][day == k].sum()), 2) for k in range(LIVE_DAYS)],
        "by_tactic": {
            str(tactic): {"lost_if_approved": round(float(idle), 2), "paid": round(float(paid), 2)}
            for tactic, idle, paid in stolen.itertuples()
        },
        "latency_ms": {"up_to": list(LATENCY_EDGES_MS), "payments": histogram.tolist()},
    }
