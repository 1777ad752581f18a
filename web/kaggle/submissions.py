"""`kaggle competitions submit | submissions | submission-limits`."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from judge import catalogue, history, intake, teams
from judge.intake import HandIn
from judge.verdicts import Verdict
from web.kaggle import parcels, render, shapes
from web.kaggle.addresses import door, page
from web.kaggle.base import View, learner
from web.kaggle.errors import Problem, answer


class StartSubmissionUpload(View):
    throttle_scope = "submit"  # each hand-in begins here

    def post(self, request: Request) -> Response:
        """Return where to send a file; what can be refused before it is sent is refused here."""
        asked = shapes.read(request, shapes.StartUpload)
        user, edition = learner(request), catalogue.find(asked.competition_name)
        _check_length(asked.content_length)
        intake.check_rules(edition, size_bytes=asked.content_length)
        key = parcels.announce(
            user, slug=edition.slug, file_name=asked.file_name[-120:], size_bytes=asked.content_length
        )
        return Response({"token": key, "createUrl": door(request, "kaggle:upload", key)})


class Upload(View):
    authentication_classes = ()
    parser_classes: tuple[type[BaseParser], ...] = ()

    def put(self, request: Request, key: str) -> Response:
        """Take the bytes of a file; the signed address is the permission, since the client sends no token here."""
        parcel = parcels.of_key(key)
        if (request.META.get("CONTENT_LENGTH") or "0") != str(parcel.size_bytes):
            raise Problem("wrong_length", _("The upload is not as long as it was said to be; send it again."))
        parcels.keep(parcel, request._request)
        return Response({}, status=201)


class CreateSubmission(View):
    def post(self, request: Request) -> Response:
        """Hand in what was uploaded: a sentence with its number, or 422 with every finding when it does not fit."""
        asked = shapes.read(request, shapes.CreateSubmission)
        user, edition = learner(request), catalogue.find(asked.competition_name)
        if asked.sandbox:
            raise Problem("no_sandbox_flag", _("This judge has no sandbox submissions; leave --sandbox out."))
        parcel = parcels.of_key(asked.blob_file_tokens)
        if (parcel.user_id, parcel.slug) != (user.pk, edition.slug):
            raise Problem("foreign_upload", _("This upload was made for another challenge or by somebody else."))
        hand_in = HandIn(
            file_name=parcel.file_name,
            data=parcels.take(parcel),
            description=asked.submission_description or "",
            idempotency_key=f"kaggle-{parcel.number}",
        )
        submission = intake.submit(user, edition, hand_in)
        if submission.verdict == Verdict.REJECTED:
            return answer(422, "rejected", render.why(submission))
        message = _("Handed in to %(title)s as submission %(number)d; its page is %(address)s") % {
            "title": edition.challenge.spec.title,
            "number": submission.pk,
            "address": page(request, "pages:submission", submission.pk),
        }
        return Response({"message": f"{message}\n", "ref": submission.pk})


class CreateCodeSubmission(View):
    def post(self, request: Request) -> Response:
        """Refuse: programs and notebooks are handed in as files here."""
        message = _("This judge takes programs and notebooks as files: kaggle competitions submit NAME -f FILE -m ...")
        raise Problem("hand_in_a_file", message)


class ListSubmissions(View):
    def post(self, request: Request) -> Response:
        """List what my team handed in, newest first."""
        asked = shapes.read(request, shapes.ListSubmissions)
        user, edition = learner(request), catalogue.find(asked.competition_name)
        if shapes.choice(asked.group, "SUBMISSION_GROUP_") not in (None, "ALL"):
            raise Problem("unknown_group", _("This judge lists all submissions of your team at once."))
        if shapes.choice(asked.sort_by, "SUBMISSION_SORT_BY_") not in (None, "DATE"):
            raise Problem("unknown_order", _("This judge lists submissions by date."))
        found = history.of_user(user, edition, before=_before(asked.token), size=asked.size)
        for _number in range(1, asked.page if asked.token is None else 1):
            if found.next_before is None:
                return Response({"submissions": [], "nextPageToken": ""})
            found = history.of_user(user, edition, before=found.next_before, size=asked.size)
        return Response(
            {
                "submissions": [render.submission(s, request) for s in found.submissions],
                "nextPageToken": "" if found.next_before is None else str(found.next_before),
            }
        )


class GetSubmission(View):
    def post(self, request: Request) -> Response:
        asked = shapes.read(request, shapes.GetSubmission)
        return Response(render.submission(history.visible(learner(request), asked.ref), request))


class GetSubmissionLimits(View):
    def post(self, request: Request) -> Response:
        """Return the attempts used and left today; none are left before a challenge opens and after its deadline."""
        asked = shapes.read(request, shapes.OfCompetition)
        edition = catalogue.find(asked.competition_name)
        team = teams.team_of(learner(request), edition)
        now = timezone.now()
        is_open = not edition.has_closed(now) and (edition.opens_at is None or edition.opens_at <= now)
        in_all = 0 if team is None else intake.attempts_in_all(team)
        return Response(render.limits(intake.quota_of(team, edition), in_all=in_all, is_open=is_open))


def _check_length(size_bytes: int) -> None:
    if size_bytes > settings.UPLOAD_MAX_BYTES:
        found_mb, most_mb = size_bytes / 2**20, settings.UPLOAD_MAX_BYTES / 2**20
        message = _("The file has %(found).1f MB; this server takes %(most)g MB at most.")
        raise Problem("too_large", message % {"found": found_mb, "most": most_mb}, status=413)


def _before(token: str | None) -> int | None:
    if token is None:
        return None
    if not (token.isascii() and token.isdigit() and len(token) < 19):
        raise Problem("bad_page_token", _("The page token is not one of this judge."))
    return int(token)
