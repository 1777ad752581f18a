"""Which containers are started ahead, and when; the containers themselves are in the conformance suite."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.contract import Gpu, Limits, RunSpec
from sandbox.docker import pool as pools
from sandbox.docker.box import DockerBox
from sandbox.docker.pool import Pool
from sandbox.errors import SandboxUnavailable

SPEC = RunSpec(work=Path("/programs/1"), entry="main.py", data=(Path("/data/iris"),))


class Box:
    """A container as far as the pool knows one."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.filled: Path | None = None
        self.closed = threading.Event()
        self.later: Any = None

    def fill(self, work: Path) -> None:
        self.filled = work

    def close(self) -> None:
        self.closed.set()


class Maker:
    def __init__(self) -> None:
        self.made: list[Box] = []
        self.trouble: SandboxUnavailable | None = None

    def make_ahead(self, spec: RunSpec, *, idle_s: float) -> DockerBox:
        if self.trouble is not None:
            raise self.trouble
        self.made.append(Box(spec))
        return cast(DockerBox, self.made[-1])


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(memory_mb=1000)
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Time stands still unless a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(pools.time, "monotonic", lambda: now[0])
    yield now


def taken(pool: Pool, spec: RunSpec, maker: Maker) -> Box | None:
    return cast(Box | None, pool.take(spec, maker))


def test_the_first_run_of_a_kind_starts_nothing_and_the_second_starts_one_for_the_third(
    pool: Pool, maker: Maker, clock: list[float]
) -> None:
    found = []
    for second in (0.0, 10.0, 20.0):
        clock[0] = 1000.0 + second
        found.append(taken(pool, SPEC, maker))
    assert found[:2] == [None, None]
    assert found[2] is maker.made[0]
    assert found[2].filled == SPEC.work


def test_a_container_ahead_is_made_without_anything_of_the_learner(
    pool: Pool, maker: Maker, clock: list[float]
) -> None:
    spec = replace(SPEC, labels={"submission": "7"}, wanted_outputs=("a.csv",))
    for _ in range(3):
        taken(pool, spec, maker)
    ahead = maker.made[0].spec
    assert (ahead.work, ahead.entry, ahead.labels, ahead.wanted_outputs) == (pools.PROGRAM, "", {}, ())
    assert (ahead.data, ahead.limits, ahead.preload) == (spec.data, spec.limits, spec.preload)


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, data=(Path("/data/titanic"),)),
        replace(SPEC, limits=Limits(memory_mb=99)),
        replace(SPEC, banned_imports=("sklearn",)),
        replace(SPEC, image="gpu"),
        replace(SPEC, env={"A": "b"}),
        replace(SPEC, preload=("torch",)),
    ],
    ids=["data", "limits", "bans", "image", "environment", "libraries"],
)
def test_a_container_serves_only_its_own_kind(pool: Pool, maker: Maker, clock: list[float], other: RunSpec) -> None:
    for _ in range(2):
        taken(pool, SPEC, maker)
    assert taken(pool, other, maker) is None


def test_each_container_is_handed_out_once(pool: Pool, maker: Maker, clock: list[float]) -> None:
    found = [taken(pool, SPEC, maker) for _ in range(8)]
    handed_out = [box for box in found if box is not None]
    assert len(handed_out) == len(set(map(id, handed_out)))


def test_as_many_wait_as_were_asked_for_at_the_same_time(pool: Pool, maker: Maker, clock: list[float]) -> None:
    for _ in range(3):
        taken(pool, SPEC, maker)
    clock[0] += 60
    taken(pool, SPEC, maker)
    pool.close()
    assert len(maker.made) == 4  # one after the second call, up to three side by side after the third; one was refilled


def test_memory_caps_what_waits(maker: Maker, clock: list[float]) -> None:
    pool = Pool(memory_mb=2 * pools.SLOT_MB)
    kinds = [replace(SPEC, data=(Path(f"/data/{n}"),)) for n in range(5)]
    for spec in kinds:
        for _ in range(2):
            taken(pool, spec, maker)
    pool.close()
    assert len(maker.made) == 2


@pytest.mark.parametrize("spec", [replace(SPEC, limits=Limits(gpu=Gpu.OPTIONAL))], ids=["gpu"])
def test_a_gpu_is_never_held_by_a_container_that_waits(
    pool: Pool, maker: Maker, clock: list[float], spec: RunSpec
) -> None:
    assert [taken(pool, spec, maker) for _ in range(4)] == [None] * 4
    assert maker.made == []


def test_no_memory_means_no_pool(maker: Maker, clock: list[float]) -> None:
    pool = Pool(memory_mb=0)
    assert [taken(pool, SPEC, maker) for _ in range(4)] == [None] * 4
    assert maker.made == []


def test_the_operator_sets_the_memory(monkeypatch: pytest.MonkeyPatch, maker: Maker, clock: list[float]) -> None:
    monkeypatch.setenv("JUDGE_POOL_MB", "0")
    pool = Pool()
    assert [taken(pool, SPEC, maker) for _ in range(3)] == [None] * 3


def test_what_waits_too_long_is_removed(pool: Pool, maker: Maker, clock: list[float]) -> None:
    for _ in range(2):
        taken(pool, SPEC, maker)
    clock[0] += pools.IDLE_S + 1
    assert taken(pool, SPEC, maker) is None
    assert maker.made[0].closed.wait(10)


def test_closing_removes_what_waits(pool: Pool, maker: Maker, clock: list[float]) -> None:
    for _ in range(2):
        taken(pool, SPEC, maker)
    pool.close()
    assert [box.closed.is_set() for box in maker.made] == [True] * len(maker.made)
    assert maker.made


def test_a_start_that_fails_is_logged_and_costs_nobody_his_run(
    pool: Pool, maker: Maker, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    maker.trouble = SandboxUnavailable("the engine is gone")
    with caplog.at_level(logging.WARNING):
        assert [taken(pool, SPEC, maker) for _ in range(3)] == [None] * 3
    assert "could not be started ahead: the engine is gone" in caplog.text
