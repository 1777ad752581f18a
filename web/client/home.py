"""What is kept between two commands: which judge, whose token, and formats to check against.

~/.config/judge/config.json    server and tokens, readable by its owner only      XDG_CONFIG_HOME
~/.cache/judge/<host>/         answer formats                                     XDG_CACHE_HOME
JUDGE_URL, JUDGE_TOKEN         go before both, for scripts
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from web.client.errors import Usage


@dataclass(frozen=True)
class Login:
    """Which judge, and who is asking; no token is an anonymous visitor."""

    server: str
    token: str | None


def login() -> Login:
    """Return server and token. Raises Usage when no server is known."""
    config = _read()
    server = os.environ.get("JUDGE_URL") or config.get("server")
    if not server:
        raise Usage("No judge is known yet. Start with: judge login https://judge.example.org")
    server = address(server)
    token = os.environ.get("JUDGE_TOKEN") or config.get("tokens", {}).get(server)
    return Login(server, token)


def keep(server: str, token: str) -> Path:
    """Remember a token and make its server the one that commands talk to."""
    config = _read()
    tokens = {**config.get("tokens", {}), server: token}
    return _write({**config, "server": server, "tokens": tokens})


def forget(server: str) -> None:
    """Drop the token of a server."""
    config = _read()
    tokens = {name: token for name, token in config.get("tokens", {}).items() if name != server}
    _write({**config, "tokens": tokens})


def address(text: str) -> str:
    """Return the root address of a judge as it is stored. Raises Usage for what is none."""
    text = text if "://" in text else f"{'http' if _is_here(text) else 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Usage(f"{text} is no address of a judge; expected something like https://judge.example.org")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/api/v1')}"


def is_local(server: str) -> bool:
    """Return whether a server runs on this machine."""
    return _is_here(urlsplit(server).netloc)


def cache(server: str, name: str) -> Path:
    """Return where something of a server may be kept until it changes."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "judge" / re.sub(r"[^\w.-]", "_", urlsplit(server).netloc) / name


def _is_here(host: str) -> bool:
    return re.match(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)", host) is not None


def _path() -> Path:
    root = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return root / "judge" / "config.json"


def _read() -> dict[str, Any]:
    path = _path()
    if not path.exists():
        return {}
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Usage(f"{path} is not readable any more ({error}); delete it and log in again.") from error
    return config if isinstance(config, dict) else {}


def _write(config: dict[str, Any]) -> Path:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(config, file, indent=2)
    partial.replace(path)
    return path
