"""README and CONTRIBUTING are true: what they name is there."""

from __future__ import annotations

import re

import pytest

from web.environment import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md")


@pytest.fixture(params=DOCUMENTS)
def text(request: pytest.FixtureRequest) -> str:
    return (ROOT / str(request.param)).read_text(encoding="utf-8")


def test_every_make_command_is_a_target(text: str) -> None:
    named = set(re.findall(r"(?:^|[`&;] ?|cpu )make ([a-z]+)", text, flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert named
    assert named - targets == set()


def test_every_link_leads_somewhere(text: str) -> None:
    links = re.findall(r"\]\(([^):]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_file_that_is_named_exists(text: str) -> None:
    named = re.findall(r"\b((?:challenges|sandbox|judge|web|scripts)/[a-z_/]+\.(?:py|sh|md))", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
