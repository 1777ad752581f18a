"""login, sign-up, logout."""

from __future__ import annotations

import getpass
import os
import sys

from web.client import home
from web.client.door import Door
from web.client.errors import Refused, Usage
from web.client.home import Login


def login(url: str, *, username: str | None) -> None:
    """Get a token by name and password, or prove the one in JUDGE_TOKEN, and keep it."""
    server = home.address(url)
    token = os.environ.get("JUDGE_TOKEN")
    if token and username is None:
        with Door(Login(server, token)) as door:
            name = door.get("me")["username"]
    else:
        name, token = _by_password(server, username)
    _keep(server, token, name)


def sign_up(url: str, *, username: str | None, email: str | None) -> None:
    """Make an account and keep its first token."""
    server = home.address(url)
    username = username or _ask("User name: ")
    email = _ask("E-mail (may be empty): ") if email is None else email
    password = _password("Password (10 characters or more): ", again=True)
    given = {"username": username, "password": password} | ({"email": email} if email else {})
    with Door(Login(server, None)) as door:
        try:
            made = door.post("auth/sign-up", given)
        except Refused as refused:
            for finding in refused.findings:
                print(f"{finding['column']}: {finding['message']}", file=sys.stderr)
            raise
    _keep(server, made["token"], made["username"])


def logout() -> None:
    """End the token that is kept, here and on the server."""
    here = home.login()
    if here.token is None:
        raise Usage(f"Nobody is logged in at {here.server}.")
    with Door(here) as door:
        door.post("auth/logout")
    home.forget(here.server)
    print(f"Logged out of {here.server}.")


def _by_password(server: str, username: str | None) -> tuple[str, str]:
    username = username or _ask("User name or e-mail: ")
    with Door(Login(server, None)) as door:
        given = door.post("auth/login", {"username": username, "password": _password("Password: ")})
    return given["username"], given["token"]


def _keep(server: str, token: str, name: str) -> None:
    path = home.keep(server, token)
    if server.startswith("http://") and not home.is_local(server):
        print("Note: this connection is not encrypted; use https where you can.", file=sys.stderr)
    print(f"Logged in to {server} as {name}. The token is kept in {path}.")


def _ask(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise Usage("Say who you are with --username; there is no terminal to ask at.")
    return input(prompt).strip()


def _password(prompt: str, *, again: bool = False) -> str:
    """Return a password from the terminal, or from the first line of standard input where there is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(prompt)
    if again and getpass.getpass("Again: ") != password:
        raise Usage("The two passwords differ; nothing was sent.")
    return password
