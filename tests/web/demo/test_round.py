"""One round of hand-ins, told line by line; nothing is handed in twice and nothing that failed counts as done."""

from __future__ import annotations

from typing import Any, cast

import pytest

from web.demo import round as baselines
from web.demo.learner import Learner, NotAnswered

Json = dict[str, Any]


def submission(number: int, slug: str, verdict: str | None, **more: Any) -> Json:
    state = "running" if verdict is None else "done"
    known = {"id": number, "challenge": slug, "verdict": verdict, "state": state, "sentence": "", "findings": []}
    return {**known, "log_tail": "", "steps": [{"step": "executing"}], "public": None, "rank": None, **more}


SCORED = {"public": {"value": 0.9}, "rank": 1}


class Scripted:
    """Answers as the API would: what was there before, and what each look at a submission shows."""

    def __init__(self, *, before: dict[str, Json], looks: dict[str, list[Json]]) -> None:
        self.before = before
        self.looks = looks
        self.handed_in: list[str] = []

    def challenges(self) -> list[Json]:
        slugs = sorted({*self.before, *self.looks})
        return [{"slug": slug, "kind": "code" if slug.startswith("program") else "predictions"} for slug in slugs]

    def earlier(self, slug: str) -> Json | None:
        return self.before.get(slug)

    def hand_in_starter(self, challenge: Json) -> Json:
        slug: str = challenge["slug"]
        if slug == "refused":
            raise NotAnswered("This server cannot run programs now.")
        self.handed_in.append(slug)
        return {"id": slug}

    def watch(self, slug: str) -> Json:
        left = self.looks[slug]
        return left.pop(0) if len(left) > 1 else left[0]


def play(scripted: Scripted) -> tuple[list[str], str]:
    said: list[str] = []
    failed = baselines.play(cast(Learner, scripted), say=said.append, check=lambda: None)
    return failed, "\n".join(said)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "POLL_S", 0.0)


def test_what_is_scored_already_is_not_handed_in_again() -> None:
    scripted = Scripted(before={"iris": submission(1, "iris", "scored")}, looks={})
    assert play(scripted) == ([], "Every baseline is scored already.")
    assert scripted.handed_in == []


def test_what_is_still_under_way_is_waited_for() -> None:
    looks = {"iris": [submission(1, "iris", None), submission(1, "iris", "scored", **SCORED)]}
    scripted = Scripted(before={"iris": submission(1, "iris", None) | {"id": "iris"}}, looks=looks)
    failed, said = play(scripted)
    assert (failed, scripted.handed_in) == ([], [])
    assert "iris: under way since the last time" in said
    assert "iris: 0.9000, rank 1" in said


def test_programs_are_handed_in_first_because_they_run_elsewhere_meanwhile() -> None:
    looks = {slug: [submission(1, slug, "scored", **SCORED)] for slug in ("apples", "program-a", "pears", "program-b")}
    scripted = Scripted(before={}, looks=looks)
    assert play(scripted)[0] == []
    assert scripted.handed_in == ["program-a", "program-b", "apples", "pears"]


def test_a_rejected_baseline_fails_with_its_findings() -> None:
    finding = {"code": "missing_id", "row": 3, "column": "id", "message": "expected the id 00a1"}
    rejected = submission(1, "iris", "rejected", sentence="The file does not fit.", findings=[finding])
    failed, said = play(Scripted(before={}, looks={"iris": [rejected]}))
    assert failed == ["iris"]
    assert "iris: rejected: The file does not fit.\n        missing_id: row 3, column id: expected the id 00a1" in said


def test_a_crashed_baseline_fails_with_the_end_of_its_log() -> None:
    crashed = submission(1, "program-a", "crashed", sentence="Your program stopped.", log_tail="a\nb\nKeyError: 'x'")
    failed, said = play(Scripted(before={}, looks={"program-a": [crashed]}))
    assert failed == ["program-a"]
    assert said.endswith("| KeyError: 'x'")


def test_a_refused_hand_in_fails_with_the_sentence_of_the_server() -> None:
    failed, said = play(Scripted(before={}, looks={"refused": []}))
    assert failed == ["refused"]
    assert "refused: not handed in: This server cannot run programs now." in said


def test_a_baseline_that_failed_before_is_tried_again() -> None:
    scripted = Scripted(before={}, looks={"iris": [submission(2, "iris", "scored", **SCORED)]})
    assert play(scripted)[0] == []
    assert scripted.handed_in == ["iris"]
