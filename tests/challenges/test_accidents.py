"""Answers that need no skill: a floor that one of them beats is found out, and what is no accident passes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from challenges.audit.accidents import Step, _verdict, check_accidents
from challenges.audit.accidents.right import right_answers
from challenges.audit.report import Check
from challenges.audit.subject import Subject
from challenges.evaluation import Evaluation, Truth
from challenges.loader import Challenge
from challenges.metrics.registry import METRICS
from challenges.minting import Dataset, Streams, write
from challenges.spec import Size
from tests.challenges.toys import ROWS, SECRET, ToyReferee, World, answer_file, conversation, draw, pack, toy


def checked(challenge: Challenge, folder: Path) -> Check:
    paper = write(challenge.mint(SECRET, edition="audit", size=Size.SMALL), folder / "paper")
    (check,) = check_accidents(Subject(challenge, paper, Size.SMALL))
    return check


def csv(columns: Mapping[str, Any]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]).encode()


def test_a_floor_at_the_height_of_chance_passes(tmp_path: Path) -> None:
    check = checked(toy(tmp_path), tmp_path)
    assert check.passed
    assert check.measurement["tried"] > 10
    assert check.measurement["errors_above"] < 2.5


def test_of_many_draws_the_highest_may_come_a_little_higher_than_three_errors() -> None:
    constant, drawn = Step(3.5, 0.1, 0.1, "a constant"), Step(3.5, 0.1, 0.1, "a draw", drawn=True)
    assert not _verdict([constant], [], []).passed
    assert not _verdict([drawn], [], []).passed  # one draw may reach three
    assert _verdict([drawn] * 20, [], []).passed  # one of twenty 3.8: 20 * 0.00135 / 20 is the level of each
    assert not _verdict([Step(3.9, 0.1, 0.1, "a draw", drawn=True)] * 20, [], []).passed
    assert not _verdict([constant, *[drawn] * 20], [], []).passed


def test_what_was_no_answer_is_told_and_none_at_all_fails() -> None:
    check = _verdict([Step(name="a constant")], [], ["the mean (expected whole boxes)"])
    assert check.passed
    assert check.explanation.endswith("1 more were no answers at all, such as the mean (expected whole boxes)")
    assert not _verdict([], [], ["the mean (expected whole boxes)"]).passed


def test_a_constant_that_beats_the_floor_is_found_out(tmp_path: Path) -> None:
    def mint(streams: Streams, size: Size) -> Dataset:
        world = draw(streams)
        world.yes = world.x > 0.7  # a quarter, and the floor says yes to all
        dataset = pack(world)
        return Dataset(public=dataset.public, truth=dataset.truth, floor=answer_file(world.ids, ["yes"] * ROWS))

    check = checked(toy(tmp_path, mint=mint), tmp_path)
    assert not check.passed
    assert "label no for all rows is better by 0.52" in check.explanation


def turned(world: World) -> None:
    world.x, world.yes = world.x[np.argsort(world.x)], world.yes[np.argsort(world.x)]


def test_rows_that_tell_of_their_neighbours_are_found_out_unless_that_is_said(tmp_path: Path) -> None:
    check = checked(toy(tmp_path / "a", change=turned), tmp_path / "a")
    assert not check.passed
    assert "the right answer of the row 1 before, by published order is better by" in check.explanation
    spoken = {"honest_signals": {"position": "the rows are in the order of time"}}
    check = checked(toy(tmp_path / "b", change=turned, spec=spoken), tmp_path / "b")
    assert check.passed
    assert "an honest signal: the rows are in the order of time" in check.explanation


def labelled(world: World, *, copied: int, noise: float, digits: int) -> None:
    """Publish 3,000 other rows with labels; the first `copied` of them are hidden rows again, label and all."""
    rng = np.random.default_rng(1)
    x, spin = rng.normal(size=3000).round(digits), rng.normal(size=3000).round(digits)
    world.x = world.x.round(digits)
    world.columns["spin"] = np.random.default_rng(2).normal(size=ROWS).round(digits)
    world.yes = world.x + np.random.default_rng(3).normal(scale=2.0, size=ROWS) > 0
    yes = x + rng.normal(scale=2.0, size=3000) > 0
    x[:copied], spin[:copied] = world.x[:copied] + noise, world.columns["spin"][:copied] + noise
    yes[:copied] = world.yes[:copied]
    world.ceiling = True  # what the features tell: whether x is above 0
    world.files["train.csv"] = csv(
        {"id": [f"t{row}" for row in range(3000)], "x": x, "spin": spin, "label": np.where(yes, "yes", "no")}
    )


@pytest.mark.parametrize(("noise", "word"), [(0.0, "is the same"), (0.0005, "is nearly the same")])
def test_hidden_rows_that_are_published_again_are_found_out(tmp_path: Path, noise: float, word: str) -> None:
    challenge = toy(tmp_path, change=lambda world: labelled(world, copied=600, noise=noise, digits=3))
    check = checked(challenge, tmp_path)
    assert not check.passed
    assert f"the label of a row that {word} in label in train.csv as label" in check.explanation


def test_rows_that_look_alike_because_they_are_measured_coarsely_are_no_leak(tmp_path: Path) -> None:
    challenge = toy(tmp_path, change=lambda world: labelled(world, copied=0, noise=0.0, digits=0))
    assert checked(challenge, tmp_path).passed


def test_doubles_are_found_out_where_the_truth_itself_is_the_ceiling(tmp_path: Path) -> None:
    def change(world: World) -> None:
        labelled(world, copied=600, noise=0.0, digits=3)
        world.ceiling = False

    check = checked(toy(tmp_path, change=change), tmp_path)
    assert not check.passed
    assert "the label of a row that is nearly the same in label in train.csv as label" in check.explanation


def told(world: World, *, again: Callable[[str], str] | None) -> None:
    """Give each row a sentence, and publish 1,500 other ones with labels; the first 600 are hidden ones told again."""
    rng = np.random.default_rng(4)
    words = np.array([f"{one}{two}" for one in ("ba", "ke", "mi", "tor", "lun") for two in ("ra", "sto", "vi", "pel")])
    hidden = [" ".join(rng.choice(words, size=12)) for _row in range(ROWS)]
    shown = [" ".join(rng.choice(words, size=12)) for _row in range(1500)]
    label = np.where(rng.random(1500) < 0.5, "yes", "no")
    if again is not None:
        shown[:600] = [again(sentence) for sentence in hidden[:600]]
        label[:600] = world.label[:600]
    world.columns["text"] = np.array(hidden)
    world.files["train.csv"] = csv({"id": [f"t{row}" for row in range(1500)], "text": shown, "label": label})


def test_hidden_sentences_that_are_published_with_another_word_are_found_out(tmp_path: Path) -> None:
    found = checked(
        toy(tmp_path / "a", change=lambda world: told(world, again=lambda text: f"{text}s")), tmp_path / "a"
    )
    assert not found.passed
    assert "the label of a text that is nearly the same in label in train.csv as label" in found.explanation
    assert checked(toy(tmp_path / "b", change=lambda world: told(world, again=None)), tmp_path / "b").passed


def test_questions_among_the_inputs_of_a_program_are_looked_at(tmp_path: Path) -> None:
    def mint(streams: Streams, size: Size) -> Dataset:
        world = draw(streams)
        labelled(world, copied=600, noise=0.0, digits=3)
        dataset = pack(world)
        public = dict(dataset.public)
        return dataclasses.replace(dataset, inputs={"test.csv": public.pop("test.csv")}, public=public)

    check = checked(toy(tmp_path, mint=mint), tmp_path)
    assert not check.passed
    assert "the label of a row that is the same in label in train.csv as label" in check.explanation


def series(streams: Streams, *, swing: float) -> Dataset:
    """300 shops, ten days published, the eleventh asked; a day's sales swing around the shop's or around the town's."""
    rng = streams("shops")
    usual = rng.normal(scale=1 - swing, size=300)
    days = usual + rng.normal(scale=0.3, size=(11, 300))
    shops = np.array([f"shop {number % 40} of town {number // 40}" for number in range(300)])
    town, shop = np.array([name.split(" of ") for name in shops]).T
    ids = streams.ids("rows", 300)
    known = [
        {"date": f"2031-05-{day + 1:02d}", "town": town[place], "shop": shop[place], "sales": days[day, place].round(3)}
        for day in range(10)
        for place in range(300)
    ]
    asked = {"id": ids, "date": ["2031-05-11"] * 300, "town": town, "shop": shop}
    return Dataset(
        public={
            "train.csv": csv({name: [row[name] for row in known] for name in known[0]}),
            "test.csv": csv(asked),
        },
        truth=Truth(ids={"id": ids}, columns={"sales": days[10]}, public=np.arange(300) % 3 == 0, unit=np.arange(300)),
        floor=csv({"id": ids, "sales": np.full(300, days[:10].mean().round(3))}),
    )


SALES = {
    "answer": {
        "format": "csv",
        "file": "submission.csv",
        "ids": ["id"],
        "columns": {"sales": {"type": "number", "min": -99, "max": 99}},
    },
    "metric": {"primary": {"id": "rmse"}},
}


def test_the_last_value_of_a_series_is_tried(tmp_path: Path) -> None:
    steady = toy(tmp_path / "a", mint=lambda streams, size: series(streams, swing=0.0), spec=SALES)
    check = checked(steady, tmp_path / "a")
    assert not check.passed
    assert "the last value of each series in sales in train.csv as sales, for 100.0% of the rows" in check.explanation
    restless = toy(tmp_path / "b", mint=lambda streams, size: series(streams, swing=1.0), spec=SALES)
    assert checked(restless, tmp_path / "b").passed


def test_a_careless_player_that_beats_the_floor_is_found_out(tmp_path: Path) -> None:
    public: Callable[[bytes], Mapping[str, bytes]] = lambda numbers: {"test.csv": b"of\n1.0\n"}  # noqa: E731
    challenge = conversation(tmp_path / "a", public)
    assert checked(challenge, tmp_path / "a").passed
    hasty = Challenge(challenge.spec, challenge.folder, challenge.mint_data, ToyReferee(favourite=1))
    check = checked(hasty, tmp_path / "b")
    assert not check.passed
    assert "always positive is better by 0.46" in check.explanation


def cells(*values: Any) -> Any:
    made = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        made[place] = value
    return made


@pytest.mark.parametrize(
    ("metric", "truth", "anything"),
    [
        ("coco_map", cells([{"category_id": 1, "bbox": [0, 0, 9, 9], "area": 81, "iscrowd": 0}]), cells([])),
        ("idf1", cells(np.array([[0, 1, 0, 0, 9, 9, 2, 0], [0, 0, 5, 5, 9, 9, 2, 1]])), cells([])),
        ("question_credit", cells({"type": "set", "value": ["a", "b"]}, {"type": "number", "value": 2, "tolerance": 0}),
         np.array(["", ""])),
        ("ndcg_at_k", cells({"a": 0.5, "b": 3.0}), cells([])),
        ("profit_ratio", np.array([[7.0, 0, 7], [0.0, 0, -5]]), np.array([0, 0])),
        ("profit", np.array([7.0, -5.0]), np.array([0, 0])),
        ("wer", np.array(["one two"]), np.array([""])),
    ],
)  # fmt: skip
def test_right_answers_are_right_in_whatever_form_a_truth_is_kept(
    tmp_path: Path, metric: str, truth: Any, anything: Any
) -> None:
    params = {"k": 2} if metric == "ndcg_at_k" else {}
    challenge = toy(tmp_path, spec={"metric": {"primary": {"id": metric, "params": params}}})
    rows = np.zeros(len(truth), dtype=bool)
    no_skill = Evaluation(truth={"a": truth}, predictions={"b": anything}, public=rows, unit=np.arange(len(truth)))
    paper = write(challenge.mint(SECRET, edition="audit", size=Size.SMALL), tmp_path / "paper")
    right = right_answers(Subject(challenge, paper, Size.SMALL), no_skill).predictions["b"]
    value = METRICS[metric].function(truth, right, **params)
    assert value == {"wer": 0.0, "profit": 3.5}.get(metric, 1.0)
