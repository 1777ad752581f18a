"""What a build of the images goes by; the builds themselves are exercised by whoever runs the tests marked docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.images import build


def test_settings_of_pip_reach_the_build_without_paths_of_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///srv/wheels https://more.example/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    settings = build.pip_settings()
    assert settings["PIP_INDEX_URL"] == "https://pypi.example/simple"
    assert settings["PIP_EXTRA_INDEX_URL"] == "https://more.example/simple"
    assert settings["HTTPS_PROXY"] == "http://proxy.example:3128"


def test_the_ingredients_change_with_what_the_image_stands_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_image_id", lambda tag: f"id of {tag}")
    one = build._ingredients("cpu", {"BASE_IMAGE": "one"})
    assert one == build._ingredients("cpu", {"BASE_IMAGE": "one"})
    assert one != build._ingredients("cpu", {"BASE_IMAGE": "two"})


def test_the_pinned_packages_are_those_that_the_judge_itself_runs_on() -> None:
    """A reference that was proved here must score the same in the image."""
    from importlib.metadata import version

    lines = (Path(build.IMAGES) / "cpu" / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    majors = {name: version(name).split(".")[:2] for name in pins}
    assert {name: pin.split(".")[:2] for name, pin in pins.items()} == majors
