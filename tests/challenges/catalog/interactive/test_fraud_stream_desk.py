"""V-19: the world has its traps, the ledger adds up, labels come when they should, the anchors stand apart."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest

from challenges.catalog.fraud_stream_desk.data import SENT
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.packing import csv_bytes
from challenges.referee import Dialogue, Foul, FoulKind, InProcess, Message, Session
from challenges.scoring import Scores, score
from challenges.spec import Size

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("fraud-stream-desk")
DAY_S = 86_400
TEXTS = dict.fromkeys(("tx", "card", "merchant", "device"), str)


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


@cache
def history() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(edition().public["history.csv"]), dtype=TEXTS)


@cache
def live() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(edition().referee["live.csv"]), dtype=TEXTS, keep_default_na=False)


def four_payments() -> Dataset:
    """Two frauds of 100 and 10 euros and two honest payments of 50 euros, days apart."""
    frame = live().iloc[:4].copy()
    frame["ts"] = [120 * DAY_S, 121 * DAY_S, 130 * DAY_S, 131 * DAY_S]
    frame["tx"], frame["card"] = list("abcd"), ["one", "one", "two", "three"]
    frame["amount"], frame["fraud"] = [100.0, 50.0, 10.0, 50.0], [1, 0, 1, 0]
    frame["tactic"], frame["public"] = ["ring", "", "drip", ""], [0, 0, 0, 1]
    frame["reported_ts"] = [127 * DAY_S, None, 150 * DAY_S, None]
    late = pd.DataFrame({"tx": ["old"], "reported_ts": [120 * DAY_S + 5]})
    return Dataset(public={}, referee={"live.csv": csv_bytes(frame), "late_labels.csv": csv_bytes(late)})


@cache
def first_days() -> Dataset:
    """The first 8000 live payments."""
    frame = pd.read_csv(io.BytesIO(edition().referee["live.csv"]), dtype=str, keep_default_na=False, nrows=8000)
    return Dataset(public={}, referee={**edition().referee, "live.csv": csv_bytes(frame)})


def in_process(player: Callable[[Message], Message | None], dataset: Dataset) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, dataset.referee, Size.SMALL)


def always(action: str) -> Callable[[Message], Message | None]:
    return lambda message: {"action": action} if message["type"] == "tx" else None


def scored(session: Session) -> Scores:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


@pytest.mark.parametrize(
    ("action", "costs"),
    [
        ("approve", [115.0, 0.0, 25.0, 0.0]),
        ("challenge", [6.0, 2.0, 1.5, 2.0]),
        ("decline", [0.0, 5.0, 0.0, 5.0]),
        ("wave through", [115.0, 0.0, 25.0, 0.0]),
    ],
)
def test_the_ledger_by_hand_comes_out(action: str, costs: list[float]) -> None:
    session = in_process(always(action), four_payments())
    assert session.evaluation.predictions["cost"].tolist() == costs
    assert session.evaluation.truth["cost0"].tolist() == [115.0, 0.0, 25.0, 0.0]
    assert session.evaluation.predictions["drip_cost"].tolist() == [0.0, 0.0, costs[2], 0.0]


def test_labels_come_late_for_what_was_approved_at_once_for_a_challenge_and_never_for_a_refusal() -> None:
    heard: list[str] = []

    def listen(message: Message) -> Message | None:
        if message["type"] == "label":
            heard.append(f"{message['tx']}={message['fraud']}")
        if message["type"] != "tx":
            return None
        heard.append(message["tx"]["tx"])
        return {"action": {"a": "approve", "b": "challenge", "c": "decline", "d": "approve"}[message["tx"]["tx"]]}

    in_process(listen, four_payments())
    # "old" is due five seconds after a; the fraud of a is reported on day 127, between b and c.
    assert heard == ["a", "old=1", "b", "b=0", "a=1", "c", "d"]


def test_a_silent_player_approves() -> None:
    session = in_process(lambda message: None, four_payments())
    assert session.evaluation.predictions["cost"].tolist() == [115.0, 0.0, 25.0, 0.0]
    assert session.remarks == ("1 of 1 public payments were answered later than 60 ms, and so approved",)


def test_one_card_lies_on_one_board_only() -> None:
    assert live().groupby("card")["public"].nunique().max() == 1
    assert 0.25 < live()["public"].mean() < 0.35


def test_sizes_and_shares_are_as_promised() -> None:
    assert 99_000 < len(history()) < 101_000
    assert 39_500 < len(live()) < 41_000
    assert 0.010 < live()["fraud"].mean() < 0.014
    assert history()["amount"].between(0.5, 1500).all()
    assert history()["ts"].is_monotonic_increasing
    assert history()["ts"].max() < 120 * DAY_S <= live()["ts"].min()
    assert len(edition().public["history.csv"]) < 10_000_000


def test_payments_look_like_a_town() -> None:
    honest = history()[history()["fraud"] == 0]
    assert 20 < honest["amount"].median() < 60
    assert 0.25 < (honest["channel"] == "online").mean() < 0.55
    hours = honest["ts"] % DAY_S // 3600
    assert (hours.between(9, 20)).mean() > 0.75
    assert honest["category"].nunique() == 20
    assert (honest.loc[honest["channel"] == "till", "device"] == "chip").all()


def test_fraud_that_nobody_has_reported_yet_looks_honest() -> None:
    assert set(history()["fraud"]) == {0, 1}
    assert (history()["fraud"] == 1).equals(history()["reported_ts"].notna())
    assert (history()["reported_ts"].dropna() < 120 * DAY_S).all()
    late = pd.read_csv(io.BytesIO(edition().referee["late_labels.csv"]), dtype={"tx": str})
    hidden = history()[history()["tx"].isin(late["tx"])]
    assert len(hidden) == len(late) > 50
    assert (hidden["fraud"] == 0).all()
    assert (hidden["ts"] > 89 * DAY_S).all()


def test_the_drip_is_new_and_comes_from_merchants_that_have_just_opened() -> None:
    drip = live()[live()["tactic"] == "drip"]
    assert 0.15 < len(drip) / live()["fraud"].sum() < 0.35
    assert (drip["recurring"] == 1).all()
    old = history()[history()["ts"] < 100 * DAY_S]
    assert not set(drip["merchant"]) & set(old["merchant"])


def test_fresh_merchants_and_strange_devices_are_honest_too() -> None:
    known = set(history()["merchant"])
    fresh = live()[~live()["merchant"].isin(known)]
    assert 0.0 < fresh["fraud"].mean() < 0.8
    online = live()[live()["channel"] == "online"]
    strange = online[~online["device"].isin(set(history()["device"]))]
    assert strange["fraud"].mean() < 0.5


def test_a_burst_slows_down_on_the_fifteenth_day() -> None:
    burst = live()[(live()["tactic"] == "burst") & (live()["amount"] < 4)]
    gaps = burst.groupby(["card", "merchant"])["ts"].diff()
    before, after = gaps[burst["ts"] < 133 * DAY_S], gaps[burst["ts"] >= 134 * DAY_S]
    assert after.mean() > 1.4 * before.mean()


def test_what_is_sent_tells_nothing_of_the_truth() -> None:
    assert not {"fraud", "tactic", "reported_ts", "public"} & set(SENT)
    assert set(edition().public) == {"history.csv", "costs.json"}
    assert not set(live()["tx"]) & set(history()["tx"])


def test_approving_everything_saves_nothing_and_knowing_saves_all() -> None:
    assert CHALLENGE.referee is not None
    floor = in_process(CHALLENGE.referee.floor_player(edition().referee), edition())
    ceiling_player = CHALLENGE.referee.ceiling_player(edition().referee)
    assert ceiling_player is not None
    assert scored(floor).private.primary.value == 0.0
    assert scored(in_process(ceiling_player, edition())).private.primary.value == 1.0


def test_declining_everything_is_worse_than_doing_nothing() -> None:
    assert scored(in_process(always("decline"), first_days())).private.primary.value == -1.0


def test_the_result_page_adds_up_and_shows_public_cards_only() -> None:
    session = in_process(always("approve"), first_days())
    assert session.replay is not None
    shown = live().head(8000).query("public == 1")
    lost = (shown["amount"] + 15)[shown["fraud"] == 1].sum()
    assert sum(session.replay["cost_by_day"]["approve: fraud"]) == pytest.approx(lost, abs=1)
    assert sum(entry["paid"] for entry in session.replay["by_tactic"].values()) == pytest.approx(lost, abs=1)
    assert sum(session.replay["latency_ms"]["payments"]) == len(shown)
    assert len(orjson.dumps(session.replay)) < 20_000


def test_garbage_on_the_wire_ends_the_session(play_program: PlayProgram) -> None:
    with pytest.raises(Foul) as caught:
        play_program(CHALLENGE, four_payments(), {"main.py": CHALLENGE.rejected()["illegal_move.py"]})
    assert caught.value.kind is FoulKind.GARBLED


@pytest.mark.slow
def test_the_local_referee_replays_the_last_days(tmp_path: Path) -> None:
    files = {**CHALLENGE.files("kit"), **CHALLENGE.files("baseline"), **edition().public}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "local_referee.py", "."], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("cost_saving ")


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    baseline = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))).private.primary
    reference = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))).private.primary
    assert baseline.value > 3 * baseline.standard_error
    assert reference.value - baseline.value > 3 * float(np.hypot(baseline.standard_error, reference.standard_error))
    assert reference.value < 0.95
