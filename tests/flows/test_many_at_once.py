"""Twenty hand-ins at the same moment, to a server with several processes: the quota holds to the last attempt."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

IRIS = "iris-new-meadow"
PATH = f"challenges/{IRIS}/submissions"
AT_ONCE = 20

pytestmark = pytest.mark.slow


def hand_in_at_once(client: httpx.Client, answer: bytes, *, key: str | None = None) -> list[httpx.Response]:
    start = threading.Barrier(AT_ONCE)

    def hand_in(number: int) -> httpx.Response:
        headers = {"Authorization": client.headers["Authorization"]} | ({"Idempotency-Key": key} if key else {})
        with httpx.Client(base_url=client.base_url, headers=headers, timeout=120, trust_env=False) as own:
            start.wait(timeout=60)
            return own.post(PATH, files={"file": ("submission.csv", answer)}, data={"description": f"no. {number}"})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(hand_in, range(AT_ONCE)))


def test_of_twenty_at_once_with_five_attempts_left_exactly_five_pass(deployment: Any, answer: bytes) -> None:
    with deployment.sign_up() as client:
        for _ in range(5):  # of ten a day
            assert client.post(PATH, files={"file": ("submission.csv", answer)}).status_code == 201
        responses = hand_in_at_once(client, answer)
        listed = client.get(PATH).json()

    assert Counter(r.status_code for r in responses) == {201: 5, 429: 15}
    refused = [r for r in responses if r.status_code == 429]
    assert {r.json()["code"] for r in refused} == {"quota_exhausted"}
    resets_at = {datetime.fromisoformat(r.json()["retry_at"]) for r in refused}
    assert {(at.hour, at.minute, at.second) for at in resets_at} == {(0, 0, 0)}
    assert all(1 <= int(r.headers["Retry-After"]) <= 86400 for r in refused)
    assert (len(listed["items"]), listed["quota"]["used"], listed["quota"]["left"]) == (10, 10, 0)


def test_the_first_twenty_of_a_new_learner_make_one_team_and_ten_submissions(deployment: Any, answer: bytes) -> None:
    with deployment.sign_up() as client:
        responses = hand_in_at_once(client, answer)
        team = client.get(f"challenges/{IRIS}/team").json()

    assert Counter(r.status_code for r in responses) == {201: 10, 429: 10}
    assert (len(team["members"]), team["quota"]["left"]) == (1, 0)


def test_the_same_key_twenty_times_at_once_is_one_submission(deployment: Any, answer: bytes) -> None:
    with deployment.sign_up() as client:
        responses = hand_in_at_once(client, answer, key="one and the same")
        listed = client.get(PATH).json()

    assert {r.status_code for r in responses} == {201}
    assert len({r.json()["id"] for r in responses}) == 1
    assert (len(listed["items"]), listed["quota"]["used"]) == (1, 1)
