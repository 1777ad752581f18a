"""Which known holes a version of runc has: a table of bounds, upstream's and Debian's, and one pure question."""

from __future__ import annotations

import re
from dataclasses import dataclass

FINAL = 10_000
"""Sorts a release behind all of its candidates."""


@dataclass(frozen=True, kw_only=True, order=True)
class Release:
    """An upstream release; 1.4.0-rc.3 has the candidate 3."""

    major: int
    minor: int
    patch: int
    candidate: int = FINAL

    @property
    def branch(self) -> tuple[int, int]:
        return self.major, self.minor


@dataclass(frozen=True, kw_only=True)
class Build:
    """A version as a distribution or upstream spells it; `debian` and `update` of `...+deb12u1` are 12 and 1."""

    release: Release
    debian: int | None = None
    update: int = 0


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A hole, and the first good release of every branch that was mended."""

    names: str
    what: str
    mended: tuple[Release, ...]
    backports: tuple[Build, ...] = ()
    """Builds of a distribution that carry the fix without the upstream version; later updates carry it too."""


FLAWS = (
    Flaw(
        names="CVE-2024-21626",
        what="a descriptor of the host leaks into the container",
        mended=(Release(major=1, minor=1, patch=12),),
        # Debian's changelog of runc 1.1.5+ds1-1+deb12u1.
        backports=(Build(release=Release(major=1, minor=1, patch=5), debian=12, update=1),),
    ),
    # https://github.com/opencontainers/runc/security/advisories/GHSA-9493-h29p-rfm2 and its two relatives.
    Flaw(
        names="CVE-2025-31133, CVE-2025-52565, CVE-2025-52881",
        what="masked paths and /proc can be redirected where images or mounts are under an attacker's control",
        mended=(
            Release(major=1, minor=2, patch=8),
            Release(major=1, minor=3, patch=3),
            Release(major=1, minor=4, patch=0, candidate=3),
        ),
    ),
)

VERSION = re.compile(
    r"v?(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)(?:[-~]rc\.?(?P<candidate>\d+))?"
    r"(?:[-+~](?!.*\+deb).*|.*\+deb(?P<debian>\d+)u(?P<update>\d+)(?:\D.*)?)?"
)


def complaint(version: str) -> str | None:
    """Return what to tell an operator about this version of runc, None if nothing is known against it."""
    build = parse(version)
    if build is None:
        return f"the engine does not say which runc it uses ({version!r}); known holes cannot be ruled out"
    found = open_flaws(build)
    if not found:
        return None
    holes = "; ".join(f"{flaw.names}: {flaw.what}" for flaw in found)
    return f"runc {version} is older than the fixes of {holes}. Upgrade it, unless your distribution's build has them"


def parse(version: str) -> Build | None:
    """Read 1.2.8, v1.2.5-0-g59923ef, 1.4.0-rc.3 or 1.1.5+ds1-1+deb12u1; None for anything else, such as a bare hash."""
    found = VERSION.fullmatch(version.strip())
    if found is None:
        return None
    number = {name: int(digits) for name, digits in found.groupdict().items() if digits is not None}
    release = Release(
        major=number["major"],
        minor=number["minor"],
        patch=number["patch"],
        candidate=number.get("candidate", FINAL),
    )
    return Build(release=release, debian=number.get("debian"), update=number.get("update", 0))


def open_flaws(build: Build) -> tuple[Flaw, ...]:
    """Return the holes that this build has."""
    return tuple(flaw for flaw in FLAWS if not _is_mended(build, flaw))


def _is_mended(build: Build, flaw: Flaw) -> bool:
    release = build.release
    if release.branch > flaw.mended[-1].branch:
        return True
    if any(release.branch == first.branch and release >= first for first in flaw.mended):
        return True
    return any(
        (build.release, build.debian) == (first.release, first.debian) and build.update >= first.update
        for first in flaw.backports
    )
