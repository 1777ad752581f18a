"""A learner named `baseline`, who knows the judge by its REST API alone and hands in every starter as it is."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import httpx

Json = dict[str, Any]

NAME = "baseline"
REQUEST_TIMEOUT_S = 60.0


class NotAnswered(Exception):
    """The API said no; the text is its own sentence."""


class StarterFailed(Exception):
    """A starter did not run at home; the text is what it said."""


class Learner:
    """One account at the API. A context manager."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1/", timeout=REQUEST_TIMEOUT_S, trust_env=False)
        self.name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def come_in(self, keys: Path) -> None:
        """Sign in with what lies in the file `keys`, or sign up and write it there. Raises NotAnswered."""
        kept = json.loads(keys.read_text(encoding="utf-8")) if keys.exists() else None
        if kept is not None and self._knows(kept):
            return
        password = secrets.token_urlsafe(24)
        given = {"email": "", "password": password}
        answer = self._http.post("auth/sign-up", json=given | {"username": NAME})
        if answer.status_code == httpx.codes.BAD_REQUEST:  # the name is taken and its password was lost
            answer = self._http.post("auth/sign-up", json=given | {"username": f"{NAME}-{secrets.token_hex(2)}"})
        account = _read(answer)
        _write_private(keys, {"username": account["username"], "password": password, "token": account["token"]})
        self._use(account["username"], account["token"])

    def challenges(self) -> list[Json]:
        """Return all live challenges."""
        found: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self._get("challenges", params={"cursor": cursor} if cursor else {})
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def earlier(self, slug: str) -> Json | None:
        """Return what makes another hand-in needless: a scored submission, else one that is still under way."""
        items: list[Json] = self._get(f"challenges/{slug}/submissions")["items"]
        scored = [item for item in items if item["verdict"] == "scored"]
        under_way = [item for item in items if item["verdict"] is None]
        return next(iter(scored + under_way), None)

    def hand_in_starter(self, challenge: Json) -> Json:
        """Hand a starter in and return the submission. Raises NotAnswered, StarterFailed.

        A program goes as the zip that was downloaded; where predictions are asked for, it runs here first.
        """
        slug = challenge["slug"]
        starter = self._download(f"challenges/{slug}/baseline")
        if challenge["kind"] != "predictions":
            return self.submit(slug, f"{slug}-starter.zip", starter)
        name = self._get(f"challenges/{slug}")["file_name"]
        with TemporaryDirectory(prefix=f"{slug}-") as folder:
            home = Path(folder)
            _unpack(starter, home)
            _unpack(self._download(f"challenges/{slug}/archive"), home / "data")
            _run_at_home(home)
            answer = home / name
            if not answer.is_file():
                raise StarterFailed(f"main.py wrote no {name}")
            return self.submit(slug, name, answer.read_bytes())

    def submit(self, slug: str, name: str, data: bytes) -> Json:
        """Hand a file in and return the submission, rejected ones too. Raises NotAnswered."""
        answer = self._http.post(
            f"challenges/{slug}/submissions", files={"file": (name, data)}, data={"description": "the starter as it is"}
        )
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return self.watch(answer.json()["submission"])  # rejected: kept, with every finding
        return _read(answer)

    def watch(self, number: int) -> Json:
        """Return a submission as it is now."""
        return self._get(f"submissions/{number}")

    def board(self, slug: str) -> Json:
        """Return the first page of the public leaderboard."""
        return self._get(f"challenges/{slug}/leaderboard")

    def _knows(self, kept: Json) -> bool:
        self._use(kept["username"], kept["token"])
        if self._http.get("me").status_code == httpx.codes.OK:
            return True
        del self._http.headers["Authorization"]
        given = {"username": kept["username"], "password": kept["password"]}
        answer = self._http.post("auth/login", json=given)
        if answer.status_code != httpx.codes.OK:
            return False
        self._use(kept["username"], answer.json()["token"])
        return True

    def _use(self, name: str, token: str) -> None:
        self.name = name
        self._http.headers["Authorization"] = f"Token {token}"

    def _get(self, path: str, params: dict[str, str] | None = None) -> Json:
        return _read(self._http.get(path, params=params))

    def _download(self, path: str) -> bytes:
        answer = self._http.get(path)
        if answer.is_error:
            _read(answer)
        return answer.content


def _read(answer: httpx.Response) -> Json:
    """Return the JSON of a good answer. Raises NotAnswered."""
    try:
        body: Json = answer.json()
    except ValueError:
        raise NotAnswered(f"{answer.request.url.path}: {answer.status_code}, and no JSON") from None
    if answer.is_error:
        findings = "".join(f"\n  {finding.get('message', finding)}" for finding in body.get("findings", ()))
        raise NotAnswered(f"{body.get('sentence', answer.status_code)}{findings}")
    return body


def _run_at_home(home: Path) -> None:
    """Run main.py as its learner would: beside the folder data, writing next to itself. Raises StarterFailed."""
    places = {"DATA_DIR": str(home / "data"), "OUTPUT_DIR": str(home)}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=home, env=os.environ | places, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise StarterFailed(f"main.py ended with {done.returncode}:\n{done.stderr[-2000:]}")


def _unpack(archive: bytes, folder: Path) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as packed:
        packed.extractall(folder)


def _write_private(path: Path, content: Json) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")
