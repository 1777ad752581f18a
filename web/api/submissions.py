"""Handing in, watching, cancelling, choosing."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from knox.auth import TokenAuthentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from judge import bookkeeping, catalogue, history, intake, storage
from judge.intake import HandIn
from judge.models import Submission
from judge.verdicts import Verdict
from web import downloads
from web.api import render
from web.api.base import View, answers, learner, whole_number
from web.api.errors import Problem
from web.api.shapes import ChooseShape, HandInShape, RejectedShape, SubmissionShape, SubmissionsShape
from web.api.uploads import WholeForm, check_length

LONGEST_KEY = 80


class Submissions(View):
    parser_classes = (WholeForm,)
    throttle_scope = "submit"
    throttled_methods = ("POST",)

    def get_authenticators(self) -> list[BaseAuthentication]:
        # A session's CSRF check would read the form before its length and wholeness are looked at.
        method = getattr(self.request, "method", None)  # no request while the API description is made
        return [TokenAuthentication()] if method == "POST" else super().get_authenticators()

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        if request.method == "POST":
            check_length(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="submissions",
        parameters=[OpenApiParameter("cursor", OpenApiTypes.INT64, description="`next_cursor` of the page before.")],
        responses=answers({200: SubmissionsShape}, 400, 401, 404),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List what my team handed in, newest first, with today's quota."""
        user, edition = learner(request), catalogue.find(slug)
        page = history.of_user(user, edition, before=whole_number(request, "cursor"))
        body = {
            "items": [render.submission_line(s, user=user) for s in page.submissions],
            "next_cursor": None if page.next_before is None else str(page.next_before),
            "quota": render.quota_of(user, edition),
        }
        return Response(SubmissionsShape(body).data)

    @extend_schema(
        operation_id="submit",
        request={"multipart/form-data": HandInShape},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                description="Repeating a request with the same key returns the submission that the first one made.",
            )
        ],
        responses=answers({201: SubmissionShape, 422: RejectedShape}, 400, 401, 403, 404, 409, 410, 411, 413, 429, 503),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Hand a file in: 201 when it is queued, 422 with every finding when it does not fit."""
        user, edition = learner(request), catalogue.find(slug)
        submission = intake.submit(user, edition, _hand_in(request))
        if submission.verdict == Verdict.REJECTED:
            return _rejected(submission)
        body = SubmissionShape(render.submission(submission, user=user)).data
        return Response(body, status=201, headers={"Location": body["url"]})


class SubmissionDetail(View):
    @extend_schema(operation_id="submission", responses=answers({200: SubmissionShape}, 401, 404))
    def get(self, request: Request, number: int) -> Response:
        """Return state, every step, verdict, scores, findings; poll it to watch a submission run."""
        user = learner(request)
        return Response(SubmissionShape(render.submission(history.visible(user, number), user=user)).data)


class SubmissionFile(View):
    @extend_schema(
        operation_id="submission_file",
        responses=answers({(200, "application/octet-stream"): OpenApiTypes.BINARY}, 401, 404),
    )
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Download the file that was handed in."""
        submission = history.visible(learner(request), number)
        return downloads.serve_bytes(storage.fetch(submission.sha256), name=submission.file_name)


class Cancel(View):
    @extend_schema(operation_id="cancel", request=None, responses=answers({200: SubmissionShape}, 401, 403, 404, 409))
    def post(self, request: Request, number: int) -> Response:
        """Stop a submission; one that had not started gives its attempt back."""
        user = learner(request)
        if not bookkeeping.cancel(history.own(user, number)):
            raise Problem("already_done", "This submission is done; there is nothing to cancel.", status=409)
        return Response(SubmissionShape(render.submission(history.visible(user, number), user=user)).data)


class Choose(View):
    parser_classes = (JSONParser,)

    @extend_schema(
        operation_id="choose", request=ChooseShape, responses=answers({200: SubmissionShape}, 400, 401, 403, 404, 409)
    )
    def post(self, request: Request, number: int) -> Response:
        """Mark or unmark a submission as one that counts in the end."""
        user = learner(request)
        submission = history.own(user, number)
        shape = ChooseShape(data=request.data)
        shape.is_valid(raise_exception=True)
        intake.choose(submission, chosen=shape.validated_data["chosen"])
        return Response(SubmissionShape(render.submission(history.visible(user, number), user=user)).data)


def _hand_in(request: Request) -> HandIn:
    form = request.data if isinstance(request.data, dict) else {}
    if hasattr(request._request, "upload_cut_at"):  # by web.uploads: the file alone is longer than the cap
        most_mb = settings.UPLOAD_MAX_BYTES / 2**20
        raise Problem("too_large", f"The file is larger than the {most_mb:g} MB that this server takes.", status=413)
    file = form.get("file")
    if not isinstance(file, UploadedFile):
        raise Problem("no_file", "Send the file as the field `file` of a multipart form.")
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Problem("bad_key", f"Idempotency-Key: expected 1 to {LONGEST_KEY} characters, found {len(key)}.")
    return HandIn(
        file_name=file.name or "unnamed",
        data=file.read(),
        description=str(form.get("description", "")),
        idempotency_key=key,
    )


def _rejected(submission: Submission) -> Response:
    body = {
        "code": "rejected",
        "sentence": submission.sentence,
        "findings": submission.findings,
        "submission": submission.pk,
        "url": reverse("api:submission", args=[submission.pk]),
    }
    return Response(RejectedShape(body).data, status=422)
