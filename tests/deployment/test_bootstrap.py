"""scripts/bootstrap.py, the first thing that runs on a fresh machine."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from web.environment import ROOT


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module whose project lies in tmp_path and whose commands are only written down."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    python = tmp_path / ".venv" / "bin" / "python"
    for name, place in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": python,
        "STAMP": tmp_path / ".venv" / "bootstrap.json",
    }.items():
        monkeypatch.setattr(module, name, place)
    commands: list[list[str]] = []

    def run(command: list[str], sentence: str) -> None:
        commands.append(command)
        if "venv" in command:
            python.parent.mkdir(parents=True)
            python.touch()

    monkeypatch.setattr(module, "run_or_stop", run)
    monkeypatch.setattr(module, "has_ensurepip", lambda: True)
    monkeypatch.setattr(module, "has_pip", python.exists)
    module.commands = commands  # type: ignore[attr-defined]
    return module


def installs(bootstrap: ModuleType) -> list[str]:
    return [command[-1] for command in bootstrap.commands if "pip" in command]


def test_the_second_call_does_nothing(bootstrap: ModuleType) -> None:
    bootstrap.install(set())
    bootstrap.commands.clear()
    bootstrap.install(set())
    assert bootstrap.commands == []


def test_a_changed_pyproject_is_installed_again_into_the_same_environment(
    bootstrap: ModuleType, tmp_path: Path
) -> None:
    bootstrap.install(set())
    bootstrap.commands.clear()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'judge'\n")
    bootstrap.install(set())
    assert installs(bootstrap) == [str(tmp_path)]
    assert len(bootstrap.commands) == 1


def test_extras_are_added_and_stay(bootstrap: ModuleType, tmp_path: Path) -> None:
    bootstrap.install(set())
    bootstrap.install({"torch", "dev"})
    bootstrap.install(set())
    bootstrap.install({"dev"})
    assert installs(bootstrap) == [str(tmp_path), f"{tmp_path}[dev,torch]"]


def test_another_python_gets_an_environment_of_its_own(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.install(set())
    made: list[str] = []
    monkeypatch.setattr(bootstrap, "make_venv", lambda: made.append("venv"))
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")
    bootstrap.install(set())
    assert made == ["venv"]


def test_an_old_python_is_refused_in_words(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(sys, "version", "3.10.4 (old)")
    with pytest.raises(bootstrap.CannotGoOn, match=r"Python 3\.11 or newer is needed, found 3\.10\.4"):
        bootstrap.install(set())


def test_nothing_is_installed_by_apt_where_that_is_forbidden(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUDGE_NO_APT", "1")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("PATH", "/nowhere")
    bootstrap.provide_sandbox()
    said = capsys.readouterr().out
    assert "programs will be refused, prediction files work" in said
    assert said.endswith("apt-get install bubblewrap\n")


def test_releases_are_ordered_by_number_and_pre_releases_come_first(bootstrap: ModuleType) -> None:
    versions = ["9.0.3", "25.1", "26.0b1", "25.1.1", "10.0"]
    assert max(versions, key=bootstrap.version_key) == "25.1.1"
    assert min(versions, key=bootstrap.version_key) == "26.0b1"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package index on loopback with two wheels of pip, the newer one yanked."""
    folder = tmp_path / "index"
    (folder / "simple" / "pip").mkdir(parents=True)
    (folder / "pip-25.1-py3-none-any.whl").write_bytes(b"a wheel")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    yield folder / "simple" / "pip" / "index.html"
    server.shutdown()
    server.server_close()
    thread.join()


def page(digest: str) -> str:
    return (
        '<a href="../../pip-24.0-py3-none-any.whl#sha256=0">pip-24.0</a>'
        f'<a href="../../pip-25.1-py3-none-any.whl#sha256={digest}">pip-25.1</a>'
        '<a href="../../pip-99.0-py3-none-any.whl#sha256=0" data-yanked="broken">pip-99.0</a>'
        '<a href="../../pip-98.0.tar.gz#sha256=0">pip-98.0</a>'
    )


def test_pip_comes_from_the_index_as_its_newest_wheel(bootstrap: ModuleType, index: Path) -> None:
    index.write_text(page(hashlib.sha256(b"a wheel").hexdigest()))
    bootstrap.pip_from_index()
    [command] = bootstrap.commands
    assert command[1].endswith("/pip-25.1-py3-none-any.whl/pip")
    assert command[2:4] == ["install", "--quiet"]


def test_a_wheel_with_another_digest_is_not_run(bootstrap: ModuleType, index: Path) -> None:
    index.write_text(page("0" * 64))
    with pytest.raises(ValueError, match=r"pip-25\.1.* does not have the digest"):
        bootstrap.pip_from_index()
    assert bootstrap.commands == []
