"""A browser without JavaScript, as one person uses it, and submissions in any state."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from challenges.scoring import Score, Scores, SplitScores
from judge import bookkeeping, intake
from judge.intake import HandIn
from judge.models import Edition, Submission
from judge.reports import Report
from judge.verdicts import Verdict

IRIS = "/challenges/iris-new-meadow/"
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave whole pages to the slow tests: some seven hundred of them take a quarter of a minute of `make quick`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


INLINE = frozenset(("a", "abbr", "b", "code", "em", "small", "span", "strong", "time"))
"""Elements that do not end a word."""


class Page(HTMLParser):
    """What a reader sees of a response: its text, its links, its forms."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.status = response.status_code
        self.html = response.content.decode()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._text: list[str] = []
        self.feed(self.html)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())

    @property
    def links(self) -> set[str]:
        return {attrs["href"] or "" for tag, attrs in self.tags if tag == "a" and "href" in attrs}

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element with this name and these values."""
        return [a for name, a in self.tags if name == tag and all(a.get(k) == v for k, v in wanted.items())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._text.append("" if tag in INLINE else " ")

    def handle_endtag(self, tag: str) -> None:
        self._text.append("" if tag in INLINE else " ")

    def handle_data(self, data: str) -> None:
        self._text.append(data)


class Browser:
    """Reads pages and sends forms as one person, or as nobody."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **query: str) -> Page:
        return Page(self.client.get(path, query))

    def raw(self, path: str, **query: str) -> HttpResponse:
        return self.client.get(path, query)  # type: ignore[return-value]

    def post(self, path: str, **fields: Any) -> Page:
        """Send a form and follow where it leads."""
        return Page(self.client.post(path, fields, follow=True))

    def hand_in(self, data: bytes, *, name: str = "submission.csv", **fields: Any) -> Page:
        form = {"file": SimpleUploadedFile(name, data), "end": "1", **fields}
        return self.post(f"{IRIS}submit/", **form)


@pytest.fixture
def browse(db: None) -> Callable[[User | None], Browser]:
    return lambda user=None: Browser(user)


@pytest.fixture
def hand_in(edition: Edition, floor: bytes) -> Callable[..., Submission]:
    """Hand the floor's answer in, as somebody; it waits in the queue."""

    def make(user: User, **fields: Any) -> Submission:
        return intake.submit(user, edition, HandIn(**{"file_name": "species.csv", "data": floor, **fields}))

    return make


@pytest.fixture
def scored(hand_in: Callable[..., Submission]) -> Callable[..., Submission]:
    """Hand in and record a score, as a worker would."""

    def make(user: User, score: float, *, private: float | None = None, **fields: Any) -> Submission:
        submission = hand_in(user, **fields)
        record(
            submission,
            Report(
                verdict=Verdict.SCORED,
                scores=Scores(
                    public=split_scores(score, 0.0125, {"f1_macro": 0.4321}),
                    private=split_scores(score if private is None else private, 0.0087, {"f1_macro": 0.5432}),
                ),
                usage={"wall_s": 1.5, "cpu_s": None, "peak_memory_mb": 64.0},
                provenance={"metric": "accuracy", "metric_version": 1, "image_digest": None},
            ),
        )
        return submission

    return make


def split_scores(value: float, standard_error: float, secondary: dict[str, float]) -> SplitScores:
    score = Score(value=value, standard_error=standard_error)
    return SplitScores(primary=score, secondary=secondary, rows=10, spread=np.zeros(0))


def record(submission: Submission, report: Report) -> None:
    """Claim a submission and write a report down, as a worker would."""
    lease = bookkeeping.claim(submission.pk, worker="w1")
    assert lease is not None
    bookkeeping.record(lease, report)
    submission.refresh_from_db()


@pytest.fixture
def finish() -> Callable[[Submission, Report], None]:
    return record
