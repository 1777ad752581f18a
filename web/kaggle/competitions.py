"""`kaggle competitions list | pages | files | download`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.spec import Level
from judge import catalogue, editions
from judge.catalogue import Entry
from judge.errors import Refused
from judge.models import Edition
from web import downloads
from web.access import ByTable
from web.kaggle import render, shapes
from web.kaggle.base import View, learner, viewer
from web.kaggle.errors import Problem

NEVER = datetime.max.replace(tzinfo=UTC)

ORDERS: dict[str, Callable[[Entry], object]] = {
    "NUMBER_OF_TEAMS": lambda entry: -entry.teams,
    "EARLIEST_DEADLINE": lambda entry: entry.edition.closes_at or NEVER,
    "LATEST_DEADLINE": lambda entry: -(entry.edition.closes_at or NEVER).timestamp(),
    "RECENTLY_CREATED": lambda entry: -entry.edition.created_at.timestamp(),
}
"""Every other order (best, grouped, prize, relevance) is ours: by level, then as the roadmaps go."""


class ListCompetitions(View):
    permission_classes = (ByTable, AllowAny)

    def post(self, request: Request) -> Response:
        """List the live challenges."""
        asked = shapes.read(request, shapes.ListCompetitions)
        found = _ordered(_grouped(catalogue.entries(viewer(request), _wanted(asked)), asked), asked)
        start = _start(found, asked)
        shown = found[start : start + asked.size]
        more = start + asked.size < len(found)
        return Response(
            {
                "competitions": [render.competition(entry, request) for entry in shown],
                "nextPageToken": shown[-1].edition.slug if more else "",
            }
        )


class GetCompetition(View):
    permission_classes = (ByTable, AllowAny)

    def post(self, request: Request) -> Response:
        asked = shapes.read(request, shapes.OfCompetition)
        entry = catalogue.entry(viewer(request), catalogue.find(asked.competition_name))
        return Response(render.competition(entry, request))


class ListCompetitionPages(View):
    permission_classes = (ByTable, AllowAny)

    def post(self, request: Request) -> Response:
        """Return what there is to read about a challenge: its statement."""
        asked = shapes.read(request, shapes.ListPages)
        challenge = catalogue.find(asked.competition_name).challenge
        statement = {"name": "description", "content": challenge.statement, "mimeType": "text/markdown"}
        return Response({"pages": [statement] if asked.page_name in (None, "description") else []})


class ListDataFiles(View):
    def post(self, request: Request) -> Response:
        """List the files to download; the token of a page is the last name of the page before."""
        asked = shapes.read(request, shapes.ListFiles)
        edition = catalogue.open_files(asked.competition_name, learner(request))
        files = editions.minted(edition).public_files()
        names = list(files)
        start = names.index(asked.token) + 1 if asked.token in files else 0
        shown = names[start : start + asked.size]
        more = start + asked.size < len(names)
        return Response(
            {
                "files": [render.file(name, files[name]["size_bytes"], edition) for name in shown],
                "nextPageToken": shown[-1] if more else "",
            }
        )


class DownloadDataFile(View):
    def post(self, request: Request) -> HttpResponseBase:
        """Send the client on to a file, whose name it takes from the address."""
        asked = shapes.read(request, shapes.DownloadFile)
        edition = catalogue.open_files(asked.competition_name, learner(request))
        _check_file(edition, asked.file_name)
        return HttpResponseRedirect(reverse("kaggle:file", args=[edition.slug, asked.file_name]))


class DownloadDataFiles(View):
    def post(self, request: Request) -> HttpResponseBase:
        asked = shapes.read(request, shapes.OfCompetition)
        edition = catalogue.open_files(asked.competition_name, learner(request))
        return HttpResponseRedirect(reverse("kaggle:archive", args=[edition.slug]))


class File(View):
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        """Download one file. HEAD and ranges are answered too, so that the client can resume."""
        edition = catalogue.open_files(slug, learner(request))
        _check_file(edition, name)
        paper = editions.minted(edition)
        sha256 = str(paper.public_files()[name]["sha256"])
        response = downloads.serve(request._request, paper.public / name, name=name, sha256=sha256)
        # The client skips what it has already by this date, and takes any answer of type JSON for a message of ours.
        response["Last-Modified"] = http_date(edition.created_at.timestamp())
        if response.status_code < 300:
            response["Content-Type"] = "application/octet-stream"
        return response


class Archive(View):
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Download all public files as one zip."""
        edition = catalogue.open_files(slug, learner(request))
        paper = editions.minted(edition)
        files = {name: paper.public / name for name in paper.public_files()}
        return downloads.serve_zip(files, name=f"{slug}.zip", etag=edition.digest)


def _wanted(asked: shapes.ListCompetitions) -> catalogue.Wanted:
    category = shapes.choice(asked.category, "HOST_SEGMENT_")
    if category not in (None, "UNSPECIFIED", "GETTING_STARTED"):
        message = _("This judge sorts by level; of Kaggle's categories it knows `all` and `gettingStarted`.")
        raise Problem("unknown_category", message)
    level = Level.BEGINNER if category == "GETTING_STARTED" else None
    return catalogue.Wanted(level=level, search=asked.search or None)


def _grouped(entries: Sequence[Entry], asked: shapes.ListCompetitions) -> Sequence[Entry]:
    match shapes.choice(asked.group, "COMPETITION_LIST_TAB_"):
        case None | "EVERYTHING" | "GENERAL":
            return entries
        case "ENTERED":
            return [entry for entry in entries if entry.team is not None]
        case _:
            return []  # communities and hosts of their own are kaggle.com's


def _ordered(entries: Sequence[Entry], asked: shapes.ListCompetitions) -> Sequence[Entry]:
    order = ORDERS.get(shapes.choice(asked.sort_by, "COMPETITION_SORT_BY_") or "")
    return entries if order is None else sorted(entries, key=order)  # type: ignore[arg-type]


def _start(entries: Sequence[Entry], asked: shapes.ListCompetitions) -> int:
    slugs = [entry.edition.slug for entry in entries]
    if asked.token in slugs:
        return slugs.index(asked.token) + 1
    return (asked.page - 1) * asked.size


def _check_file(edition: Edition, name: str) -> None:
    """Raise Refused unless the manifest has the file; no other name is ever opened."""
    if name not in editions.minted(edition).public_files():
        raise Refused("unknown_file", f"This challenge has no file {name[:80]!r}.", status=404)
