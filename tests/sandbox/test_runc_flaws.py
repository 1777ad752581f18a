"""Which holes a version of runc has, as upstream, Debian and Docker spell versions."""

from __future__ import annotations

import pytest

from sandbox.runc_flaws import complaint, open_flaws, parse

LEAK = "CVE-2024-21626"
REDIRECTION = "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881"


@pytest.mark.parametrize(
    ("version", "holes"),
    [
        ("1.1.11", [LEAK, REDIRECTION]),
        ("1.1.12", [REDIRECTION]),
        ("1.1.15", [REDIRECTION]),
        ("1.2.0", [REDIRECTION]),
        ("1.2.7", [REDIRECTION]),
        ("1.2.8", []),
        ("1.2.10", []),
        ("1.3.2", [REDIRECTION]),
        ("1.3.3", []),
        ("1.4.0-rc.2", [REDIRECTION]),
        ("1.4.0-rc.3", []),
        ("1.4.0", []),
        ("1.5.0-rc.1", []),
        ("2.0.0", []),
        ("1.0.0-rc93", [LEAK, REDIRECTION]),
    ],
)
def test_an_upstream_release_has_the_holes_that_were_mended_after_it(version: str, holes: list[str]) -> None:
    assert _open(version) == holes


@pytest.mark.parametrize(
    ("version", "holes"),
    [
        ("1.1.5+ds1-1", [LEAK, REDIRECTION]),
        ("1.1.5+ds1-1+deb12u1", [REDIRECTION]),
        ("1.1.5+ds1-1+deb12u1+b6", [REDIRECTION]),
        ("1.1.5+ds1-1+deb12u2", [REDIRECTION]),
        ("1.1.4+ds1-1+deb12u1", [LEAK, REDIRECTION]),
        ("1.1.5+ds1-1+deb11u1", [LEAK, REDIRECTION]),
        ("1.0.0~rc93+ds1-5+deb11u2", [LEAK, REDIRECTION]),
        ("1.3.3+ds1-2", []),
    ],
)
def test_what_debian_mended_without_a_new_version_is_known(version: str, holes: list[str]) -> None:
    assert _open(version) == holes


@pytest.mark.parametrize(
    ("version", "holes"),
    [
        ("v1.2.5-0-g59923ef", [REDIRECTION]),
        ("v1.3.3-0-gd842d77", []),
        ("1.1.12-0ubuntu2~22.04.1", [REDIRECTION]),
    ],
)
def test_versions_are_read_as_docker_and_ubuntu_spell_them(version: str, holes: list[str]) -> None:
    assert _open(version) == holes


@pytest.mark.parametrize("version", ["", "N/A", "12644e614e25b05da6fd08a38ffa0cfe1903fdec", "1.1", "1.1.5.2"])
def test_a_version_that_cannot_be_read_is_complained_about(version: str) -> None:
    assert parse(version) is None
    text = complaint(version)
    assert text is not None
    assert repr(version) in text
    assert "cannot be ruled out" in text


def test_a_complaint_names_version_and_holes() -> None:
    text = complaint("1.1.5+ds1-1+deb12u1")
    assert text is not None
    assert text.startswith(f"runc 1.1.5+ds1-1+deb12u1 is older than the fixes of {REDIRECTION}: ")
    assert LEAK not in text


def test_nothing_is_said_about_a_runc_without_known_holes() -> None:
    assert complaint("1.3.3") is None


def _open(version: str) -> list[str]:
    build = parse(version)
    assert build is not None
    return [flaw.names for flaw in open_flaws(build)]
