"""Build the stock images: `python -m sandbox.images.build [cpu|gpu] [--network host]`.

    BASE_IMAGE ──> judge-sandbox-cpu:local ──> judge-sandbox-gpu:local

Settings of pip and proxies are passed through from the environment and from pip's own configuration, a bundle of
certificates likewise (PIP_CERT, SSL_CERT_FILE or REQUESTS_CA_BUNDLE). A folder of wheels (find-links) cannot be seen
from inside a build, so it is served to it on the loopback address. An image whose ingredients have not changed is
left alone.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONTEXT = Path(__file__).resolve().parent.parent
IMAGES = Path(__file__).resolve().parent
INGREDIENTS_LABEL = "judge.sandbox.ingredients"
STAND_IN = "judge-base:local"
PIP_SETTINGS = ("INDEX_URL", "EXTRA_INDEX_URL", "TRUSTED_HOST", "DEFAULT_TIMEOUT")
CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class BuildFailed(Exception):
    """The image was not built; the text says why."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the images in which learners' programs run.")
    parser.add_argument("image", nargs="?", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--base", default=os.environ.get("BASE_IMAGE"), help="base image of the cpu image")
    parser.add_argument("--network", default="default", help="network of the build; `host` in closed networks")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    choice = parser.parse_args()
    try:
        build(choice.image, base=choice.base, network=choice.network, force=choice.force)
    except BuildFailed as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0


def build(image: str, *, base: str | None, network: str, force: bool) -> None:
    """Build one image and what it stands on."""
    tag = f"judge-sandbox-{image}:local"
    if image == "gpu":
        build("cpu", base=base, network=network, force=False)
        arguments = {"CPU_IMAGE": "judge-sandbox-cpu:local"}
    else:
        arguments = {"BASE_IMAGE": base or (STAND_IN if _label(STAND_IN, "") is not None else "")}
    arguments = {name: value for name, value in arguments.items() if value}
    digest = _ingredients(image, arguments)
    if not force and _label(tag, INGREDIENTS_LABEL) == digest:
        print(f"{tag} is up to date")
        return
    with _served_wheels(network) as links, tempfile.TemporaryDirectory() as folder:
        context = _context(Path(folder))
        settings = {**arguments, **pip_settings(), **({"PIP_FIND_LINKS": " ".join(links)} if links else {})}
        command = ["docker", "build", "--network", network, "--label", f"{INGREDIENTS_LABEL}={digest}"]
        for name, value in settings.items():
            command += ["--build-arg", f"{name}={value}"]
        dockerfile = context / "images" / image / "Dockerfile"
        _run([*command, "--file", str(dockerfile), "--tag", tag, str(context)])
    print(f"{tag} is built")


def pip_settings() -> dict[str, str]:
    """Return what pip goes by on this host, as build arguments; local paths mean nothing inside a build."""
    found = {}
    for name in PIP_SETTINGS:
        value = os.environ.get(f"PIP_{name}") or _pip_configured(name.lower().replace("_", "-"))
        words = [word for word in value.split() if not word.startswith("file:")]
        if words:
            found[f"PIP_{name}"] = " ".join(words)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        value = os.environ.get(name) or os.environ.get(name.lower(), "")
        if value:
            found[name] = value
    return found


def _pip_configured(name: str) -> str:
    command = [sys.executable, "-m", "pip", "config", "get", f"global.{name}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def _ingredients(image: str, arguments: dict[str, str]) -> str:
    """Return a digest of everything that goes into the image, the image below it included."""
    digest = hashlib.sha256(repr(sorted(arguments.items())).encode())
    for below in arguments.values():
        digest.update((_image_id(below) or "to be pulled").encode())
    paths = [path for path in (IMAGES / image).iterdir() if path.is_file()]
    if image == "cpu":
        paths += [path for path in (CONTEXT / "guest").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(paths):
        digest.update(str(path.relative_to(CONTEXT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _context(folder: Path) -> Path:
    """Return a copy of what the Dockerfiles may use, with this host's certificates beside the requirements."""
    context = folder / "context"
    for name in ("guest", "images"):
        shutil.copytree(CONTEXT / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CONTEXT / ".dockerignore", context)
    bundle = next((os.environ[name] for name in CERTIFICATES if Path(os.environ.get(name, "")).is_file()), None)
    if bundle:
        shutil.copy(bundle, context / "images" / "certificates.crt")
    return context


@contextlib.contextmanager
def _served_wheels(network: str) -> Iterator[list[str]]:
    """Serve local folders of wheels on loopback as long as the build lasts; only the host's network reaches it."""
    words = (os.environ.get("PIP_FIND_LINKS") or _pip_configured("find-links")).split()
    folders = [word.removeprefix("file://") for word in words if Path(word.removeprefix("file://")).is_dir()]
    links = [word for word in words if word.startswith(("http:", "https:"))]
    servers = []
    for folder in folders if network == "host" else []:
        server = _server(folder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        links.append(f"http://127.0.0.1:{server.server_port}/")
    try:
        yield links
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _server(folder: str) -> ThreadingHTTPServer:
    """Listen on a port that stays the same for a folder, as the port is part of what the build cache goes by."""
    handler = partial(_QuietHandler, directory=folder)
    try:
        return ThreadingHTTPServer(("127.0.0.1", 20_000 + zlib.crc32(folder.encode()) % 20_000), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def _label(tag: str, label: str) -> str | None:
    """Return the label of a local image, an empty string where it has none, None where there is no such image."""
    return _inspect(tag, '{{ index .Config.Labels "' + label + '" }}')


def _image_id(tag: str) -> str | None:
    return _inspect(tag, "{{ .Id }}")


def _inspect(tag: str, template: str) -> str | None:
    try:
        command = ["docker", "image", "inspect", "--format", template, tag]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise BuildFailed("the docker command is not installed") from None
    return done.stdout.strip() if done.returncode == 0 else None


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BuildFailed(f"docker build ended with status {done.returncode}; its last lines say why")


if __name__ == "__main__":
    sys.exit(main())
