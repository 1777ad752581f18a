"""The whole way with the judge command: sign up, download, run the starter, check, hand in, see rank and board."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
IRIS = "iris-new-meadow"

pytestmark = pytest.mark.slow


@pytest.fixture
def judge(deployment: Any, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `judge ...` as a program of its own, at home in an empty folder."""
    home = tmp_path / "home"
    home.mkdir()
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environment = {
        **own,
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "web.client.main", *words]
        return subprocess.run(
            command, cwd=home, env=environment, input=typed, capture_output=True, text=True, timeout=120
        )

    done = run("sign-up", deployment.address, "-u", f"ada-{os.urandom(4).hex()}", "--email", "", typed="long and odd 7")
    assert done.returncode == 0, done.stderr
    return run


def test_from_sign_up_to_the_leaderboard(deployment: Any, judge: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert IRIS in judge("challenges", "-s", "meadow").stdout

    assert judge("download", IRIS).returncode == 0
    folder = home / IRIS
    subprocess.run([sys.executable, "main.py"], cwd=folder, check=True, timeout=120)
    assert judge("check", f"{IRIS}/submission.csv").stdout == f"submission.csv fits {IRIS}.\n"

    with deployment.worker():
        done = judge("submit", "-f", f"{IRIS}/submission.csv", "-m", "the starter", "--wait")
    assert done.returncode == 0, done.stderr
    score = re.search(r"^public  accuracy (0\.\d{4}) ± 0\.\d{4} ", done.stdout, re.MULTILINE)
    assert score is not None, done.stdout
    assert 0.85 < float(score[1]) < 0.97  # the statement promises about 0.91 for the starter
    assert re.search(r"^rank    \d+ of the public board", done.stdout, re.MULTILINE)

    listed = list(csv.DictReader(io.StringIO(judge("submissions", IRIS, "-v").stdout)))
    assert [(row["status"], row["publicScore"], row["description"]) for row in listed] == [
        ("scored", score[1], "the starter")
    ]
    board = json.loads(judge("leaderboard", IRIS, "-s", "--format", "json").stdout)
    assert [row["score"] for row in board if row["teamName"].endswith("(you)")] == [score[1]]


def test_a_client_waits_on_while_the_web_server_dies_and_comes_back(
    deployment: Any, judge: Any, answer: bytes, tmp_path: Path, until: Callable[..., Any]
) -> None:
    (tmp_path / "home" / "a.csv").write_bytes(answer)
    done: list[subprocess.CompletedProcess[str]] = []

    def wait() -> None:
        done.append(judge("submit", IRIS, "-f", "a.csv", "-m", "x", "--wait"))

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: "queued" in judge("submissions", IRIS).stdout, what="the submission in the queue")
    deployment.kill_server()
    deployment.serve()
    assert not done
    with deployment.worker():
        waiting.join(timeout=120)

    assert done[0].returncode == 0, done[0].stderr
    assert "accuracy 0.3333" in done[0].stdout


def test_an_upload_cut_by_the_network_leaves_nothing_behind(deployment: Any, answer: bytes) -> None:
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + answer + b"\r\n--b--\r\n"
    with deployment.sign_up() as client:
        parts = urlsplit(deployment.address)
        head = (
            f"POST /api/v1/challenges/{IRIS}/submissions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(form)}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            connection.sendall(head.encode() + form[: len(form) // 2])
            connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        listed = client.get(f"challenges/{IRIS}/submissions").json()

    assert received.split()[1] == b"400"
    assert b'"code":"upload_incomplete"' in received
    assert (listed["items"], listed["quota"]["used"]) == ([], 0)
