"""Leftovers of killed workers are cleared by whoever has a sandbox; a failing sweep stops nobody."""

from __future__ import annotations

import logging
import threading
from unittest.mock import Mock

import pytest

from judge import signs_of_life, sweeping
from sandbox.errors import SandboxUnavailable


def test_a_worker_clears_what_its_sandbox_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (Mock(sweep=lambda: 2), ""))
    sweeping.sweep()
    assert caplog.messages == ["removed 2 leftovers of killed workers"]


def test_a_failing_sweep_is_told_and_does_not_stop_the_worker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Mock(sweep=Mock(side_effect=SandboxUnavailable("no Docker engine answers")))
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (away, ""))
    sweeping.sweep()
    assert caplog.messages == ["sweeping failed: no Docker engine answers"]


def test_without_a_sandbox_there_is_nothing_to_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (None, "install one"))
    sweeping.sweep()


def test_sweeping_begins_at_once_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    swept = threading.Event()

    def sweep() -> int:
        swept.set()
        return 0

    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (Mock(sweep=sweep), ""))
    stop = sweeping.keep_sweeping()
    assert swept.wait(10)
    stop.set()
