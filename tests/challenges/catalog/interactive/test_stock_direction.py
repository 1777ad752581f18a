"""ML-08: the exchange looks like one, the future stays hidden, splits and halts are judged fairly, the anchors hold."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.stock_direction.exchange import draw_habits
from challenges.loader import Challenge, load
from challenges.metrics.curves import roc_auc
from challenges.minting import Dataset
from challenges.packing import csv_bytes
from challenges.referee import Dialogue, Foul, FoulKind, InProcess, Message, Session
from challenges.scoring import Scores, score
from challenges.spec import Size

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("stock-direction")


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def public(name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(edition().public[name]), keep_default_na=False)


def hidden(name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(edition().referee[name]), keep_default_na=False)


def worth() -> pd.DataFrame:
    """Return day x share closes of all days, put right for splits."""
    prices = pd.concat([public("prices.csv"), hidden("prices.csv").query("day >= 1250")])
    events = pd.concat([public("events.csv"), hidden("events.csv")]).query("event == 'split'")
    closes = prices.pivot(index="day", columns="share", values="close")
    for day, share, value in events[["day", "share", "value"]].itertuples(index=False):
        closes.loc[day:, share] *= value
    return closes


def two_evenings() -> Dataset:
    """Three shares on two evenings; share C is cut in two overnight, and B is halted on the second."""
    prices = pd.DataFrame(
        [
            (10, "A", 5.0),
            (10, "B", 5.0),
            (10, "C", 8.0),
            (11, "A", 5.0),
            (11, "C", 4.5),
            (12, "A", 4.0),
            (12, "C", 4.6),
        ],
        columns=["day", "share", "close"],
    ).assign(open=5.0, high=9.0, low=1.0, volume=100)
    events = pd.DataFrame([(11, "C", "split", 2.0)], columns=["day", "share", "event", "value"])
    questions = pd.DataFrame(
        [(10, "A", 0, 0.0, 1), (10, "C", 1, 0.1178, 1), (11, "A", 0, -0.2231, 0), (11, "C", 1, 0.022, 0)],
        columns=["day", "share", "up", "return", "public"],
    ).assign(edge=0.0)
    tables = {"prices.csv": prices, "events.csv": events, "questions.csv": questions}
    return Dataset(public={}, referee={name: csv_bytes(table) for name, table in tables.items()})


def in_process(player: Callable[[Message], Message | None], dataset: Dataset) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, dataset.referee, Size.SMALL)


def scored(session: Session) -> Scores:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


def log(prices: pd.DataFrame) -> pd.DataFrame:
    return prices.apply(np.log)


def auc_of(predictor: pd.DataFrame) -> float:
    """Return what a day x share table of guesses is worth on the hidden days."""
    questions = hidden("questions.csv")
    guesses = predictor.stack().reindex(pd.MultiIndex.from_frame(questions[["day", "share"]])).fillna(0).to_numpy()
    return roc_auc(questions["up"].to_numpy(), guesses)


def test_what_is_told_of_an_evening_is_todays_and_never_tomorrows() -> None:
    heard: list[Message] = []

    def listen(message: Message) -> Message | None:
        heard.append(message)
        return {"up": {"A": 0.1, "C": 0.9}}

    session = in_process(listen, two_evenings())
    evenings = [message for message in heard if message["type"] == "day"]
    assert [message["day"] for message in evenings] == [10, 11]
    assert [bar[0] for bar in evenings[0]["bars"]] == ["A", "B", "C"]
    assert evenings[0]["events"] == []
    assert evenings[1]["bars"] == [["A", 5.0, 9.0, 1.0, 5.0, 100], ["C", 5.0, 9.0, 1.0, 4.5, 100]]
    assert evenings[1]["events"] == [["C", "split", 2.0]]
    assert session.evaluation.predictions["chance"].tolist() == [0.1, 0.9, 0.1, 0.9]
    assert session.evaluation.unit.tolist() == [0, 0, 1, 1]


def test_what_is_missing_late_or_no_probability_counts_as_a_toss_up() -> None:
    said: dict[int, Message | None] = {10: {"up": {"A": 1.5, "C": True}}, 11: None}
    session = in_process(lambda message: said.get(message.get("day", 0)), two_evenings())
    assert session.evaluation.predictions["chance"].tolist() == [0.5, 0.5, 0.5, 0.5]
    assert session.remarks == (
        "Public evenings answered without a probability from 0 to 1 for some share: 1, first on day 10;"
        " what is missing counts as 0.5",
    )


def test_the_truth_is_the_sign_of_the_next_return_after_splits() -> None:
    closes, questions = worth(), hidden("questions.csv")
    change = log(closes.shift(-1) / closes).stack()
    asked = change.reindex(pd.MultiIndex.from_frame(questions[["day", "share"]])).to_numpy()
    known = questions["day"].to_numpy() < closes.index.max()
    assert np.array_equal((asked[known] > 1e-9).astype(int), questions["up"].to_numpy()[known])


def test_published_and_hidden_days_do_not_meet() -> None:
    assert public("prices.csv")["day"].max() == 1249
    assert public("events.csv")["day"].max() < 1250
    assert hidden("questions.csv")["day"].agg(["min", "max"]).tolist() == [1250, 1849]
    assert set(public("shares.csv").columns) == {"share", "sector"}
    assert set(edition().public) == {"prices.csv", "events.csv", "shares.csv"}


def test_the_boards_are_cut_by_time_and_no_day_lies_on_both() -> None:
    assert hidden("questions.csv").groupby("public")["day"].agg(["min", "max"]).to_numpy().tolist() == [
        [1430, 1849],
        [1250, 1429],
    ]


def test_prices_look_like_an_exchange() -> None:
    prices, closes = public("prices.csv"), worth()
    assert (prices["low"] <= prices[["open", "close"]].min(axis=1) + 1e-9).all()
    assert (prices["high"] >= prices[["open", "close"]].max(axis=1) - 1e-9).all()
    assert (prices["volume"] > 0).all()
    returns = log(closes).diff()
    moves = returns.to_numpy()[~np.isnan(returns.to_numpy())]
    assert 0.015 < moves.std() < 0.03
    assert ((moves - moves.mean()) ** 4).mean() / moves.var() ** 2 > 4.5  # fat tails; a normal one has 3
    assert 0.08 < float(returns.corr().to_numpy()[np.triu_indices(60, 1)].mean()) < 0.35
    squares = returns.abs()
    assert float(squares.corrwith(squares.shift(1)).mean()) > 0.04  # volatility comes in clusters


def test_splits_halts_and_delistings_are_there() -> None:
    splits = public("events.csv").query("event == 'split'")
    assert len(splits) >= 2
    assert set(splits["value"]) <= {2.0, 3.0, 4.0}
    raw = public("prices.csv").pivot(index="day", columns="share", values="close")
    day, share = splits["day"].iloc[0], splits["share"].iloc[0]
    assert raw[share].loc[: day - 1].iloc[-1] / raw[share].loc[day] > 1.6
    days = pd.concat([public("prices.csv"), hidden("prices.csv").query("day >= 1250")]).groupby("share")["day"]
    assert sum(days.max() < 1850) == 5
    gaps = days.apply(lambda of_share: int(of_share.diff().max()))
    assert sum(gaps > 4) == 3


def test_the_trend_of_the_early_years_is_dead_in_the_hidden_days() -> None:
    closes = worth()
    trend, tomorrow = log(closes).diff(5), log(closes).diff().shift(-1)
    worths = []
    for days in (slice(50, 800), slice(1250, 1849)):
        guess, change = trend.loc[days].to_numpy(), tomorrow.loc[days].to_numpy()
        known = ~np.isnan(guess) & ~np.isnan(change)
        worths.append(roc_auc((change[known] > 0).astype(int), guess[known]))
    assert worths[0] > 0.54
    assert worths[1] < worths[0] - 0.03


def test_no_lazy_guess_comes_near_a_model() -> None:
    closes = worth()
    returns = log(closes).diff()
    lazy = {"yesterday": returns, "reversal": -returns, "cheap": -closes, "five days": log(closes).diff(5)}
    assert all(0.44 < auc_of(guess) < 0.56 for guess in lazy.values())


def test_the_strengths_of_all_effects_together_are_the_same_in_every_edition() -> None:
    edges = [
        pd.read_csv(io.BytesIO(CHALLENGE.mint(secret, edition="e", size=Size.SMALL).referee["questions.csv"]))["edge"]
        for secret in (b"one secret of a test", b"another secret of one")
    ]
    assert all(0.24 < edge.std() < 0.36 for edge in edges)
    habits = [draw_habits(np.random.default_rng(seed), fades=(10, 20)) for seed in (1, 2)]
    assert habits[0].reversal != habits[1].reversal
    assert abs(habits[0].weekday.sum()) < 1e-12


def test_the_floor_is_a_toss_up_and_the_ceiling_is_modest() -> None:
    assert CHALLENGE.referee is not None
    floor = scored(in_process(CHALLENGE.referee.floor_player(edition().referee), edition())).private
    assert floor.primary.value == 0.5
    assert floor.secondary["paper profit in basis points a day"] == 0.0
    ceiling_player = CHALLENGE.referee.ceiling_player(edition().referee)
    assert ceiling_player is not None
    assert 0.59 < scored(in_process(ceiling_player, edition())).private.primary.value < 0.65


def test_garbage_on_the_wire_ends_the_session(play_program: PlayProgram) -> None:
    with pytest.raises(Foul) as caught:
        play_program(CHALLENGE, two_evenings(), {"main.py": CHALLENGE.rejected()["illegal_move__prints_words.py"]})
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
    assert 0.48 < float(done.stdout.split()[1].rstrip(",")) < 0.62


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    baseline = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))).private.primary
    reference = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))).private.primary
    assert baseline.value - 0.5 > 3 * baseline.standard_error
    assert reference.value - baseline.value > 0.03
    assert reference.value < 0.64


def test_the_sharpe_ratio_is_that_of_the_paper_profits() -> None:
    """Mean over standard deviation of the evenings' profits, times the root of 252."""
    assert CHALLENGE.referee is not None
    session = in_process(CHALLENGE.referee.ceiling_player(edition().referee), edition())
    questions = hidden("questions.csv")
    profits = pd.Series(session.evaluation.predictions["profit_bp"]).groupby(
        [questions["public"].to_numpy() == 1, questions["day"].to_numpy()]
    )
    daily = profits.first()
    scores = scored(session)
    for split, is_public in ((scores.public, True), (scores.private, False)):
        expected = daily[is_public].mean() / daily[is_public].std() * 252**0.5
        assert split.secondary["Sharpe ratio of the paper profit"] == pytest.approx(expected)


def test_who_has_no_opinion_has_no_risk() -> None:
    assert CHALLENGE.referee is not None
    scores = scored(in_process(CHALLENGE.referee.floor_player(edition().referee), edition()))
    assert scores.private.secondary["Sharpe ratio of the paper profit"] == 0.0
