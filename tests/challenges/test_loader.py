"""A challenge is opened by its slug, and every folder of the catalogue can be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

import challenges.loader as loading
from challenges.errors import InvalidChallenge
from challenges.loader import load, slugs
from challenges.scoring import metric_of
from challenges.spec import Kind


def test_an_unknown_slug_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidChallenge, match=r"no challenge is called 'iris'; known are .*iris-new-meadow"):
        load("iris")


def test_a_folder_whose_slug_is_not_its_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (load("iris-new-meadow").folder / "challenge.yaml").read_text(encoding="utf-8")
    (tmp_path / "other_name").mkdir()
    (tmp_path / "other_name" / "challenge.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loading, "CATALOG", tmp_path)
    with pytest.raises(InvalidChallenge, match="found 'iris-new-meadow', expected 'other-name'"):
        load("other-name")


def test_a_shared_kit_is_published_with_the_challenges_own() -> None:
    kit = load("topic-programming").files("kit")
    assert {"harness.py", "kit_values.py", "kit_checks.py", "practise.py", "toys.py", "broken.py"} <= set(kit)
    assert kit["harness.py"] == (loading.WORLDS / "funclib" / "kit" / "harness.py").read_bytes()
    assert list(kit) == sorted(kit)


def test_a_kit_of_a_world_that_has_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (load("topic-programming").folder / "challenge.yaml").read_text(encoding="utf-8")
    (tmp_path / "topic_programming").mkdir()
    text = text.replace("kit_of: funclib", "kit_of: nowhere")
    (tmp_path / "topic_programming" / "challenge.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loading, "CATALOG", tmp_path)
    with pytest.raises(InvalidChallenge, match=r"program\.kit_of: no world 'nowhere' has a kit"):
        load.__wrapped__("topic-programming")


@pytest.mark.parametrize("slug", slugs())
def test_a_folder_of_the_catalogue_has_its_parts(slug: str) -> None:
    challenge = load(slug)
    assert challenge.statement.startswith("# ")
    assert challenge.files("baseline")
    assert challenge.files("reference")
    assert challenge.rejected()
    assert (challenge.referee is not None) == (challenge.spec.kind is Kind.INTERACTIVE)
    for use in (challenge.spec.metric.primary, *challenge.spec.metric.secondary):
        metric_of(use)


@pytest.mark.parametrize("slug", slugs())
def test_the_parts_of_a_folder_are_packed_without_caches_and_always_alike(slug: str) -> None:
    challenge = load(slug)
    assert not [name for name in challenge.files("baseline") if "__pycache__" in name or name.startswith("/")]
    assert challenge.packed("baseline") == challenge.packed("baseline")
