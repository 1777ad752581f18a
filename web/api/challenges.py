"""Challenges, their files and what an answer must look like."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.metric_families import Family
from challenges.readers import AnswerFormat, Expected
from challenges.roadmaps.loader import atlas
from challenges.spec import Kind, Level
from judge import catalogue, editions
from judge.catalogue import Sort
from judge.errors import Refused
from judge.models import Edition
from judge.tiers import Tier
from web import downloads
from web.access import ByTable
from web.api import render
from web.api.base import View, answers, learner, viewer
from web.api.errors import Problem
from web.api.shapes import AnswerFormatShape, ChallengeDetailShape, ChallengesShape, FilesShape

PAGE = 50
TIERS = {tier.name.lower(): tier for tier in Tier}
Choice = TypeVar("Choice", bound=str)


class Challenges(View):
    permission_classes = (ByTable, AllowAny)

    @extend_schema(
        operation_id="challenges",
        parameters=[
            OpenApiParameter("roadmap", enum=list(atlas().places), description="Serves a row of this roadmap."),
            OpenApiParameter("level", enum=[str(level) for level in Level]),
            OpenApiParameter("domain"),
            OpenApiParameter("kind", enum=[str(kind) for kind in Kind]),
            OpenApiParameter("metric", enum=[str(family) for family in Family], description="Of the primary metric."),
            OpenApiParameter("gpu", enum=[str(gpu) for gpu in catalogue.Gpu], description="Whether it runs on one."),
            OpenApiParameter("tried", enum=list(TIERS), description="How far I have come; needs a token."),
            OpenApiParameter("search", description="Words, all of which must occur."),
            OpenApiParameter("sort", enum=[str(sort) for sort in Sort], description="`progress` needs a token."),
            OpenApiParameter("cursor", description="`next_cursor` of the page before."),
        ],
        responses=answers({200: ChallengesShape}, 400),
    )
    def get(self, request: Request) -> Response:
        """List the live challenges; easy ones first, and as the roadmaps go, unless another order is asked for."""
        asked = request.query_params
        user = viewer(request)
        tried = _choice(request, "tried", TIERS)
        sort = _choice(request, "sort", Sort) or Sort.ROADMAP
        if user is None and (tried is not None or sort is Sort.PROGRESS):
            name = "sort" if tried is None else "tried"
            raise Problem("bad_parameter", f"{name}: how far you have come is known with your token alone.")
        wanted = catalogue.Wanted(
            roadmap=_choice(request, "roadmap", list(atlas().places)),
            level=_choice(request, "level", Level),
            kind=_choice(request, "kind", Kind),
            domain=asked.get("domain") or None,
            metric=_choice(request, "metric", Family),
            gpu=_choice(request, "gpu", catalogue.Gpu),
            tried=None if tried is None else TIERS[tried],
            search=asked.get("search") or None,
        )
        found = catalogue.entries(user, wanted, sort)
        slugs = [entry.edition.slug for entry in found]
        start = slugs.index(asked["cursor"]) + 1 if asked.get("cursor") in slugs else 0
        shown = found[start : start + PAGE]
        more = start + PAGE < len(found)
        body = {"items": [render.challenge(e) for e in shown], "next_cursor": shown[-1].edition.slug if more else None}
        return Response(ChallengesShape(body).data)


class ChallengeDetail(View):
    permission_classes = (ByTable, AllowAny)

    @extend_schema(
        operation_id="challenge",
        responses=answers({200: ChallengeDetailShape}, 404),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return all about a challenge: statement, formats, limits, board rule, anchors, my quota."""
        entry = catalogue.entry(viewer(request), catalogue.find(slug))
        return Response(ChallengeDetailShape(render.challenge_detail(entry)).data)


class Files(View):
    @extend_schema(operation_id="files", responses=answers({200: FilesShape}, 401, 403, 404))
    def get(self, request: Request, slug: str) -> Response:
        """List the files to download, with sizes and sha256."""
        edition = catalogue.open_files(slug, learner(request))
        files = editions.minted(edition).public_files()
        items = [
            {"name": name, "url": reverse("api:file", args=[slug, name]), **entry} for name, entry in files.items()
        ]
        body = {
            "items": items,
            "size_bytes": sum(entry["size_bytes"] for entry in files.values()),
            "digest": edition.digest,
            "archive_url": reverse("api:archive", args=[slug]),
            "baseline_url": reverse("api:baseline", args=[slug]),
            "kit_url": reverse("api:kit", args=[slug]) if _publishes_kit(edition) else None,
        }
        return Response(FilesShape(body).data)


class File(View):
    @extend_schema(
        operation_id="file",
        parameters=[
            OpenApiParameter("Range", location=OpenApiParameter.HEADER, description="One range, e.g. `bytes=1000-`."),
            OpenApiParameter("If-Range", location=OpenApiParameter.HEADER, description="The ETag of the first part."),
        ],
        responses=answers(
            {
                (200, "application/octet-stream"): OpenApiTypes.BINARY,
                (206, "application/octet-stream"): OpenApiTypes.BINARY,
            },
            401,
            403,
            404,
        ),
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        """Download one file; the ETag is its sha256. HEAD and ranges are answered too."""
        edition = catalogue.open_files(slug, learner(request))
        path, sha256 = _public_file(edition, name)
        return downloads.serve(request._request, path, name=name, sha256=sha256)


class Archive(View):
    @extend_schema(
        operation_id="archive",
        responses=answers({(200, "application/zip"): OpenApiTypes.BINARY}, 401, 403, 404),
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Download all public files as one zip."""
        edition = catalogue.open_files(slug, learner(request))
        paper = editions.minted(edition)
        files = {name: paper.public / name for name in paper.public_files()}
        return downloads.serve_zip(files, name=f"{slug}.zip", etag=edition.digest)


class Baseline(View):
    @extend_schema(
        operation_id="baseline",
        responses=answers({(200, "application/zip"): OpenApiTypes.BINARY}, 401, 403, 404),
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Download the starter, ready to run and to hand in."""
        challenge = catalogue.open_files(slug, learner(request)).challenge
        return downloads.serve_bytes(challenge.packed("baseline"), name=f"{slug}-starter.zip")


class Kit(View):
    @extend_schema(
        operation_id="kit",
        responses=answers({(200, "application/zip"): OpenApiTypes.BINARY}, 401, 403, 404),
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Download the files of ours that are laid over a learner's program when it runs."""
        edition = catalogue.open_files(slug, learner(request))
        if not _publishes_kit(edition):
            raise Refused("no_kit", "This challenge lays no files beside a program.", status=404)
        return downloads.serve_bytes(edition.challenge.packed("kit"), name=f"{slug}-kit.zip")


class AnswerFormatDetail(View):
    @extend_schema(operation_id="answer_format", responses=answers({200: AnswerFormatShape}, 401, 403, 404))
    def get(self, request: Request, slug: str) -> Response:
        """Return what it takes to check a file at home before it is handed in; it holds no hidden id."""
        edition = catalogue.open_files(slug, learner(request))
        challenge = edition.challenge
        spec = challenge.spec
        answer_format = None
        if spec.kind is Kind.PREDICTIONS and spec.answer is not None:
            answer_format = AnswerFormat(spec.answer, Expected.of(editions.truth(edition))).to_json()
        body = {
            "digest": edition.digest,
            "kind": spec.kind,
            "format": answer_format,
            "program": None if spec.program is None else spec.program.model_dump(mode="json"),
            "kit": {name: base64.b64encode(data).decode() for name, data in challenge.files("kit").items()},
        }
        return Response(AnswerFormatShape(body).data)


def _public_file(edition: Edition, name: str) -> tuple[Path, str]:
    """Return a public file and its sha256; only names of the manifest are ever opened."""
    paper = editions.minted(edition)
    entry = paper.public_files().get(name)
    if entry is None:
        raise Refused("unknown_file", f"This challenge has no file {name[:80]!r}.", status=404)
    return paper.public / name, str(entry["sha256"])


def _publishes_kit(edition: Edition) -> bool:
    program = edition.challenge.spec.program
    return program is not None and program.kit


def _choice(request: Request, name: str, known: Iterable[Choice]) -> Choice | None:
    text = request.query_params.get(name)
    if not text:
        return None
    found = next((one for one in known if one == text), None)
    if found is None:
        raise Problem("bad_parameter", f"{name}: expected one of {', '.join(known)}, found {text[:40]!r}.")
    return found
