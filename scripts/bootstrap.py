"""Make .venv and install the project into it; a second call with nothing changed returns at once.

    python3 scripts/bootstrap.py [EXTRA ...] [--sandbox]

    stamp fits? ── yes ──> done
      └ no ──> .venv with pip ──> pip install -e .[extras] ──> stamp

Needs the standard library alone. A Debian without python3-venv has no ensurepip: as root the package is installed,
otherwise pip comes from the index that PIP_INDEX_URL names. With --sandbox the machine also gets bubblewrap when it
has neither that nor a Docker engine. JUDGE_NO_APT=1 forbids every use of apt-get.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bootstrap.json"
OLDEST = (3, 11)


class CannotGoOn(Exception):
    """Something that only the person at the keyboard can put right; the text says what."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Make .venv and install the project into it.")
    parser.add_argument("extras", nargs="*", help="optional dependencies of pyproject.toml: dev, torch")
    parser.add_argument("--sandbox", action="store_true", help="see to it that learners' programs can be run")
    options = parser.parse_args(arguments)
    try:
        install(set(options.extras))
    except CannotGoOn as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 2
    if options.sandbox:
        provide_sandbox()
    return 0


def install(extras: set[str]) -> None:
    """Bring .venv up to date with pyproject.toml and the extras asked for now or before. Raises CannotGoOn."""
    if sys.version_info < OLDEST:
        raise CannotGoOn(f"Python 3.11 or newer is needed, found {sys.version.split()[0]}: make PYTHON=python3.12 ...")
    stamp = read_stamp()
    home = {"root": str(ROOT), "python": sys.version}
    same_home = {key: stamp.get(key) for key in home} == home
    wanted = sorted(extras | set(stamp.get("extras", []) if same_home else []))
    fits = {**home, "extras": wanted, "pyproject": sha256(ROOT / "pyproject.toml")}
    if stamp == fits:
        return
    started = time.monotonic()
    if (stamp and not same_home) or not has_pip():
        say("Making the environment .venv ...")
        make_venv()
    say("Installing the packages into .venv; the first time this takes a minute or two ...")
    pip_install("--editable", f"{ROOT}[{','.join(wanted)}]" if wanted else str(ROOT))
    STAMP.write_text(json.dumps(fits, indent=1), encoding="utf-8")
    say(f"The environment is ready after {time.monotonic() - started:.0f} s.")


def read_stamp() -> dict[str, Any]:
    """Return what the last finished install wrote down, empty when there was none."""
    if not PYTHON.exists():
        return {}
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return stamp


def make_venv() -> None:
    """Make .venv with pip in it, by the first way that works here. Raises CannotGoOn."""
    if not has_ensurepip() and may_use_apt():
        say("Python's ensurepip is missing: installing the package python3-venv with apt-get ...")
        apt_install("python3-venv")
    if has_ensurepip():
        run_or_stop([sys.executable, "-m", "venv", "--clear", str(VENV)], "the environment could not be made")
        return
    hint = "Python's ensurepip is missing; install it with: apt-get install python3-venv"
    run_or_stop([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], hint)
    try:
        pip_from_index()
    except (OSError, ValueError) as error:
        raise CannotGoOn(f"{hint}\n           (pip could not be fetched either: {error})") from error


def pip_from_index() -> None:
    """Install pip by the wheel of itself. Raises OSError or ValueError when none can be had."""
    address = os.environ.get("PIP_INDEX_URL")
    if not address:
        raise ValueError("PIP_INDEX_URL names no package index to take it from")
    index = address.rstrip("/") + "/pip/"
    page = ProjectPage()
    page.feed(fetch(index).decode())
    wheels = {urlsplit(link).path.rpartition("/")[2]: link for link in page.links}
    names = [name for name in wheels if name.startswith("pip-") and name.endswith("-py3-none-any.whl")]
    if not names:
        raise ValueError(f"{index} lists no wheel of pip")
    newest = max(names, key=lambda name: version_key(name.split("-")[1]))
    address, digest = urldefrag(urljoin(index, wheels[newest]))
    data = fetch(address)
    if digest != f"sha256={hashlib.sha256(data).hexdigest()}":
        raise ValueError(f"{newest} does not have the digest that the index states, {digest!r}")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / newest
        wheel.write_bytes(data)
        # A wheel is a zip, and Python runs programs from zips: pip installs itself.
        run_or_stop([str(PYTHON), f"{wheel}/pip", "install", "--quiet", str(wheel)], "pip could not install itself")


class ProjectPage(HTMLParser):
    """The links of a page of the simple package index (PEP 503) that are not yanked."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        link = attributes.get("href")
        if tag == "a" and link and "data-yanked" not in attributes:
            self.links.append(link)


def version_key(version: str) -> tuple[int, ...]:
    """Return a key that orders final releases; pre-releases come before all of them."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def fetch(url: str) -> bytes:
    if urlsplit(url).scheme not in ("https", "http"):
        raise ValueError(f"expected an http address of the package index, found {url!r}")
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    request = urllib.request.Request(url, headers={"Accept": "text/html, */*"})  # noqa: S310 - the scheme is checked above
    with urllib.request.urlopen(request, timeout=60, context=context) as reply:  # noqa: S310
        content: bytes = reply.read()
    return content


def provide_sandbox() -> None:
    """Install bubblewrap where neither it nor a Docker engine is; where that cannot be, say so and go on."""
    if docker_answers() or shutil.which("bwrap"):
        return
    if may_use_apt():
        say("Neither Docker nor bubblewrap is here: installing bubblewrap with apt-get, to run programs ...")
        apt_install("bubblewrap")
    if not shutil.which("bwrap"):
        say(
            "Neither a Docker engine nor bubblewrap is here: programs will be refused, prediction files work.\n"
            "To have programs run, install one of them, for instance with: apt-get install bubblewrap"
        )


def docker_answers() -> bool:
    """Return whether something listens where the Docker engine should."""
    place = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    try:
        if place.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(place.path)
        else:
            socket.create_connection((place.hostname or "", place.port or 2375), timeout=2).close()
    except OSError:
        return False
    return True


def may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and os.environ.get("JUDGE_NO_APT") != "1"


def apt_install(package: str) -> None:
    """Try to install a Debian package; the caller looks whether it is there afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, text=True)  # noqa: S603, S607
        if done.returncode != 0:
            say(f"apt-get {command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def has_ensurepip() -> bool:
    return succeeds([sys.executable, "-c", "import ensurepip, venv"])  # in a process of its own: apt may just have come


def has_pip() -> bool:
    return PYTHON.exists() and succeeds([str(PYTHON), "-m", "pip", "--version"])


def pip_install(*what: str) -> None:
    run_or_stop(
        [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *what],
        "pip could not install the packages; its own words stand above",
    )


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0  # noqa: S603


def run_or_stop(command: list[str], sentence: str) -> None:
    if subprocess.run(command).returncode != 0:  # noqa: S603
        raise CannotGoOn(sentence)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
