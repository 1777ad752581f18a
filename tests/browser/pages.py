"""Every page of the site, each with something on it: one list for all tests that look at pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
from playwright.sync_api import expect

from challenges.loader import load
from tests.browser.reader import IRIS, Reader

NO_PAGES = {
    # Files, data for programs, and addresses that take a form and lead on to a page of this list.
    "pages:picture", "pages:all-files", "pages:sample", "pages:starter", "pages:notebook", "pages:kit", "pages:file",
    "pages:board-feed", "pages:board-csv", "pages:board-json", "pages:events", "pages:replay-json",
    "pages:cancel", "pages:choose", "pages:team-create", "pages:team-join", "pages:team-leave", "pages:team-merge",
    "pages:team-merge-withdraw", "pages:team-merge-accept", "pages:team-merge-decline", "pages:certificate-issue",
    "pages:certificates-revoked", "pages:certificate-json", "pages:certificate-jwt", "pages:certificate-revoke",
    "pages:discussion-start", "pages:reply", "pages:thread-pin", "pages:post-report", "pages:post-hide",
    "pages:did", "pages:jwks", "token-create", "token-delete", "profile-save", "account-export",
    # Asked in test_replay.py, where there is a game.
    "pages:replay",
}  # fmt: skip


def pages_of(reader: Reader, sample: Path, tmp_path: Path, *, name: str) -> Iterator[tuple[str, str]]:
    """Yield route and address of every page, each with something on it; the reader signs up by that name on the way."""
    yield "pages:home", "/"
    yield "account_login", "/accounts/login/"
    yield "account_signup", "/accounts/signup/"
    yield "account_reset_password", "/accounts/password/reset/"
    yield "404", "/nothing-here/"
    reader.sign_up(name)
    reader.open("/accounts/")
    reader.field("Name optional").fill("Ada of the tests")
    reader.field("About you optional").fill("I count.")
    reader.field("Everybody may see my profile").check()
    reader.press("Save")
    reader.field("Name of a new token").fill("laptop")
    reader.press("New token")
    with reader.site.worker():
        reader.hand_in(sample)
        expect(reader.verdict).to_contain_text("Scored")
    scored = reader.path
    reader.open(scored)
    reader.press("Get a certificate")
    certificate = reader.path
    rejected = tmp_path / "rejected.csv"
    rejected.write_bytes(load("iris-new-meadow").rejected()["unknown_category.csv"])
    reader.hand_in_rejected(rejected)
    yield "pages:submission", reader.path
    yield "pages:submission", scored
    reader.hand_in(sample)
    yield "pages:submission", reader.path  # it waits
    yield "pages:compare", f"{scored}compare/?with={reader.path.strip('/').rpartition('/')[2]}"
    yield "pages:certificate", certificate
    yield "pages:certificate-verify", "/certificates/verify/"
    yield "pages:person", f"/people/{name}/"
    yield "pages:discussions", f"{IRIS}discussion/"
    reader.open(f"{IRIS}discussion/")
    reader.field("Title").fill("How many trees?")
    reader.field("Text").fill("I grew *seven*:\n\n    forest(7)\n\n| a | b |\n| - | - |\n| 1 | 2 |")
    reader.press("Post")
    yield "pages:thread", reader.path
    yield "pages:discussions", f"{IRIS}discussion/"
    yield "pages:roadmaps", "/roadmaps/"
    yield "pages:roadmap", "/roadmaps/ninety/"
    yield "pages:home", "/?q=nothing-like-it"
    yield "pages:challenge", IRIS
    yield "pages:data", f"{IRIS}data/"
    yield "pages:board", f"{IRIS}leaderboard/"
    yield "pages:board-embed", f"{IRIS}leaderboard/embed/"
    yield "pages:submit", f"{IRIS}submit/"
    yield "pages:submissions", f"{IRIS}submissions/"
    offer_a_merge(reader, proposer=f"{name}-proposer")
    yield "pages:team", f"{IRIS}team/"
    yield "pages:work", "/submissions/"
    yield "account", "/accounts/"
    yield "account-delete", "/accounts/delete/"
    yield "account_change_password", "/accounts/password/change/"
    yield "account_email", "/accounts/email/"
    yield "mfa_index", "/accounts/two-factor/"
    yield "account_logout", "/accounts/logout/"


def offer_a_merge(reader: Reader, *, proposer: str) -> None:
    """Have another learner's team propose a merge to the reader's."""
    reader.open(f"{IRIS}team/")
    code = reader.page.locator("code.code").inner_text()
    with httpx.Client(base_url=f"{reader.site.address}/api/v1/", timeout=30) as api:
        account = {"username": proposer, "email": f"{proposer}@example.org", "password": "a long enough phrase"}
        api.headers["Authorization"] = f"Token {api.post('auth/sign-up', json=account).json()['token']}"
        api.post("challenges/iris-new-meadow/team", json={"name": f"Owls of {proposer}"}).raise_for_status()
        api.post("challenges/iris-new-meadow/team/merge", json={"code": code}).raise_for_status()


def unasked(routes: Mapping[str, object]) -> set[str]:
    """Return our own routes that lead to pages: a new one must be asked above."""
    ours = {name for name in routes if name.startswith("pages:") or ("_" not in name and ":" not in name)}
    return ours - NO_PAGES - {"health"}
