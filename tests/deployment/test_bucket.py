"""Handed-in files in an S3-compatible store: the bucket is made once, bytes come back as they were kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from web.environment import ROOT

pytestmark = pytest.mark.slow

KEEP_AND_FETCH = """
import django; django.setup()
from judge import storage
digest = storage.keep(b"id,species")
assert storage.keep(b"id,species") == digest
print(storage.fetch(digest).decode())
"""


@pytest.fixture
def settings_of_store(tmp_path: Path) -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    yield os.environ | {
        "DJANGO_SETTINGS_MODULE": "web.settings",
        "JUDGE_DATA_DIR": str(tmp_path),
        "JUDGE_S3_BUCKET": "hand-ins",
        "JUDGE_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "JUDGE_S3_ACCESS_KEY": "key",
        "JUDGE_S3_SECRET_KEY": "secret",
        "NO_PROXY": "127.0.0.1",
    }
    server.stop()


def python(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_bucket_is_made_once_and_holds_what_is_handed_in(settings_of_store: dict[str, str]) -> None:
    assert python("manage.py", "bucket", env=settings_of_store) == "made the bucket hand-ins"
    assert python("manage.py", "bucket", env=settings_of_store) == "the bucket hand-ins is there"
    assert python("-c", KEEP_AND_FETCH, env=settings_of_store) == "id,species"


def test_without_a_bucket_files_lie_in_the_data_folder(settings_of_store: dict[str, str], tmp_path: Path) -> None:
    local = settings_of_store | {"JUDGE_S3_BUCKET": ""}
    assert python("manage.py", "bucket", env=local) == "no bucket is configured: files lie in the data folder"
    assert python("-c", KEEP_AND_FETCH, env=local) == "id,species"
    assert [path.read_bytes() for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == [b"id,species"]
