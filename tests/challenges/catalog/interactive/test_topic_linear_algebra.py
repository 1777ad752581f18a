"""TP-02: properties tell right from wrong, torn tables can be mended, the anchors stand apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from challenges.catalog.topic_linear_algebra import torn
from challenges.catalog.topic_linear_algebra.kit.properties import PROPERTIES
from challenges.catalog.topic_linear_algebra.referee import TRACKS
from challenges.catalog.topic_linear_algebra.truths import BY_PROPERTY, TRUTHS
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Message, Session
from challenges.scoring import score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases
from challenges.worlds.funclib.kit.kit_checks import credit

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("topic-linear-algebra")


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def hidden() -> list[Case]:
    return read_cases(edition().referee["cases.json"])


def private(session: Session) -> float:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed").private.primary.value


def in_process(player: Callable[[Message], Message | None]) -> float:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return private(CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL))


def holds(fn: str, found: Any, *args: Any) -> float:
    rule = {"check": "holds", "property": BY_PROPERTY[fn], "expected": TRUTHS[fn](*args)}
    return credit(rule, found, list(args), PROPERTIES)


R = 0.5**0.5
SWAP = [[0.0, 1.0], [1.0, 0.0]]
"""Eigenvalues 1 and -1; its own inverse; elimination needs the other row."""
COLUMN = [[3.0], [4.0]]


@pytest.mark.parametrize(
    ("fn", "args", "found", "expected"),
    [
        ("inverse", [SWAP], SWAP, 1.0),
        ("inverse", [SWAP], [[0.0, 1.0], [1.0, 1e-6]], 0.0),
        ("solve", [SWAP, [2.0, 3.0]], [3.0, 2.0], 1.0),
        ("solve", [SWAP, [2.0, 3.0]], [3.0, 2.0 + 1e-9], 0.0),
        ("lu", [SWAP], [SWAP, [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]], 1.0),
        ("lu", [SWAP], [[[1.0, 0.0], [0.0, 1.0]], SWAP, [[1.0, 0.0], [0.0, 1.0]]], 0.0),
        ("qr", [COLUMN], [[[0.6], [0.8]], [[5.0]]], 1.0),
        ("qr", [COLUMN], [[[-0.6], [-0.8]], [[-5.0]]], 1.0),
        ("qr", [COLUMN], [COLUMN, [[1.0]]], 0.0),
        ("nullspace", [[[1.0, -1.0]]], [[-R, -R]], 1.0),
        ("nullspace", [[[1.0, -1.0]]], [[1.0, 1.0]], 0.0),
        ("nullspace", [[[1.0, -1.0]]], [], 0.0),
        ("gram_schmidt", [[[2.0, 0.0], [4.0, 0.0]]], [[-1.0, 0.0]], 1.0),
        ("gram_schmidt", [[[2.0, 0.0], [4.0, 0.0]]], [[0.0, 1.0]], 0.0),
        ("power_iteration", [[[3.0, 0.0], [0.0, -4.0]]], [-4.0, [0.0, 1.0]], 1.0),
        ("power_iteration", [[[3.0, 0.0], [0.0, -4.0]]], [3.0, [1.0, 0.0]], 0.0),
        ("eig_sym", [SWAP], [[1.0, -1.0], [[R, R], [R, -R]]], 1.0),
        ("eig_sym", [SWAP], [[-1.0, 1.0], [[R, -R], [R, R]]], 0.0),
        ("svd", [COLUMN], [[[0.6], [0.8]], [5.0], [[1.0]]], 1.0),
        ("svd", [COLUMN], [[[0.6], [0.8]], [5.0], [[-1.0]]], 0.0),
        ("pca", [[[0.0, 0.0], [2.0, 2.0]], 1], {"components": [[R, R]], "variance_ratio": [1.0],
                                               "scores": [[-(2**0.5)], [2**0.5]]}, 1.0),
        ("pca", [[[0.0, 0.0], [2.0, 2.0]], 1], {"components": [[R, -R]], "variance_ratio": [1.0],
                                               "scores": [[0.0], [0.0]]}, 0.0),
        ("svd", [COLUMN], "not an answer at all", 0.0),
        ("lu", [SWAP], None, 0.0),
    ],
)  # fmt: skip
def test_a_property_holds_of_right_answers_only(fn: str, args: list[Any], found: Any, expected: float) -> None:
    assert holds(fn, found, *args) == expected


def test_a_table_earns_by_its_blanks_and_nothing_when_the_rest_was_touched() -> None:
    given: list[list[float | None]] = [[1.0, None], [3.0, 4.0], [5.0, 0.0]]
    whole = [[1.0, 6.0], [3.0, 4.0], [5.0, 0.0]]  # the mean of the second column, 2, is off by 4

    def earned(blank: float, first: float = 1.0) -> float:
        return float(PROPERTIES["filled"]([[first, blank], *whole[1:]], whole, [given, 1]))

    assert [earned(6.0), earned(5.0), earned(2.0), earned(-9.0), earned(6.0, first=1.1)] == [1.0, 0.75, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(("degrees", "expected"), [(0.0, 1.0), (9.0, 0.8), (60.0, 0.0)])
def test_a_plane_earns_by_its_largest_angle(degrees: float, expected: float) -> None:
    turned = np.radians(degrees)
    found = [[2.0, 0.0, 0.0], [1.0, 3 * np.cos(turned), 3 * np.sin(turned)]]
    assert PROPERTIES["plane"](found, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], []) == pytest.approx(expected, abs=1e-6)


def test_stray_points_spoil_plain_components() -> None:
    earned = []
    for k in range(20):
        cloud = torn.cloud(np.random.default_rng(k))
        components = TRUTHS["pca"](cloud.points, 3)["components"]
        earned.append(PROPERTIES["plane"](components, cloud.basis, []))
    assert np.mean(earned) < 0.3


def test_every_function_has_cases_in_both_splits_and_practice_shows_three_kinds_at_most() -> None:
    cases, practice = hidden(), read_cases(edition().public["practice.json"])
    for public in (True, False):
        assert {case.function for case in cases if case.public == public} == {*TRUTHS, "fill", "subspace"}
    assert max(Counter(case.function for case in practice).values()) == 3
    assert sum(TRACKS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("constant", [True, 0.0, 1.0, [], [[]], [[1.0, 0.0], [0.0, 1.0]]])
def test_functions_that_always_return_the_same_earn_next_to_nothing(constant: Any) -> None:
    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [{"ret": constant} for _ in message["steps"]], "cpu_s": 0.0}

    assert in_process(play) < 0.02


@pytest.mark.anchors
def test_the_starter_earns_a_third(play_program: PlayProgram) -> None:
    assert 0.2 < private(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))) < 0.4


@pytest.mark.anchors
def test_the_reference_is_nearly_perfect(play_program: PlayProgram) -> None:
    assert private(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))) > 0.93
