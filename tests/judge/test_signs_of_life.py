import time
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.utils import timezone

from judge import catalogue, signs_of_life, waiting
from judge.models import Edition, Worker
from sandbox.contract import Probe


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_leaves_takes_its_sign_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (None, "Install bubblewrap."))
    with signs_of_life.Announcer(["score"], worker="w1"):
        deadline = time.monotonic() + 30
        while not Worker.objects.filter(name="w1").exists():
            assert time.monotonic() < deadline, "the worker never announced itself"
    assert not Worker.objects.filter(name="w1").exists()


def test_a_worker_without_a_sandbox_serves_prediction_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (None, "Install bubblewrap."))
    assert signs_of_life.served(["score", "cpu", "gpu"]) == ["score"]


@pytest.mark.parametrize(("has_gpu", "queues"), [(False, ["score", "cpu"]), (True, ["score", "cpu", "gpu"])])
def test_a_worker_serves_the_gpu_queue_only_with_a_gpu(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool, queues: list[str]
) -> None:
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (Mock(has_gpu=has_gpu), ""))
    assert signs_of_life.served(["score", "cpu", "gpu"]) == queues


def test_a_worker_that_leaves_closes_the_sandbox_that_it_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Mock(has_gpu=False)
    monkeypatch.setattr(signs_of_life, "choose", lambda name: (sandbox, Probe(backend="mock", usable=True)))
    signs_of_life.sandbox_here.cache_clear()
    try:
        signs_of_life.close_sandbox()
        assert not sandbox.close.called  # nobody had opened one
        signs_of_life.sandbox_here()
        signs_of_life.close_sandbox()
        assert sandbox.close.called
    finally:
        signs_of_life.sandbox_here.cache_clear()


def test_a_worker_unseen_for_half_a_minute_counts_as_away(db: None) -> None:
    for name, seconds in (("here", 5), ("away", 40)):
        Worker.objects.create(name=name, seen_at=timezone.now() - timedelta(seconds=seconds))
    assert [worker.name for worker in waiting.live_workers()] == ["here"]


def test_an_edition_whose_challenge_left_the_catalogue_is_not_listed(edition: Edition) -> None:
    Edition.objects.create(slug="gone", version=1, size="small", digest="0" * 64, folder="gone")
    assert [entry.edition for entry in catalogue.entries(None)] == [edition]
