"""The judge command against a live server, at home in an empty folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from web.client import fetching, handing_in, watching
from web.client.main import main


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Judge = Callable[..., Done]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's own folder; config and cache lie beside it, and nothing of this machine is seen."""
    for name in ("JUDGE_URL", "JUDGE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for module in (fetching, handing_in):
        monkeypatch.setattr(module, "PAUSES_S", (0.01, 0.01))
    monkeypatch.setattr(watching, "POLL_S", 0.02)
    return folder


@pytest.fixture
def judge(desk: Path, capsys: pytest.CaptureFixture[str]) -> Judge:
    """Run `judge ...` in this process."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        try:
            status = main(words)
        except SystemExit as ended:  # argparse
            status = int(str(ended.code))
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return run


@pytest.fixture
def site(live_server: Any, edition: object) -> str:
    """The address of a real server with iris-new-meadow."""
    return str(live_server.url)


@pytest.fixture
def at_home(site: str, ada: User, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Commands as Ada, who is logged in."""
    _, token = AuthToken.objects.create(ada)
    monkeypatch.setenv("JUDGE_URL", site)
    monkeypatch.setenv("JUDGE_TOKEN", token)
    return judge
