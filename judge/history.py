"""A team's submissions, and who may see them: its members and staff. To everybody else they do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from judge.errors import Refused
from judge.models import Edition, Submission

PAGE = 50


@dataclass(frozen=True)
class HistoryPage:
    """Submissions, newest first."""

    submissions: Sequence[Submission]
    next_before: int | None
    """Number of the last one shown, when older ones follow."""


def visible(user: User, submission_id: int) -> Submission:
    """Return a submission that the user may see. Raises Refused as if it did not exist otherwise."""
    found = Submission.objects.select_related("edition", "team", "user").filter(pk=submission_id)
    if not user.is_staff:
        found = found.filter(team__memberships__user=user)
    submission = found.first()
    if submission is None:
        sentence = _("You have no submission number %(number)d.") % {"number": submission_id}
        raise Refused("unknown_submission", sentence, status=404)
    return submission


def own(user: User, submission_id: int) -> Submission:
    """Return a submission of one of the user's own teams, which alone may change it. Raises Refused."""
    submission = visible(user, submission_id)
    if not submission.team.memberships.filter(user=user).exists():
        raise Refused("not_your_team", _("Only members of its team may change a submission."), status=403)
    return submission


def of_user(user: User, edition: Edition | None, *, before: int | None = None, size: int = PAGE) -> HistoryPage:
    """Return what the user's team handed in, newest first, to one edition or (None) to all; empty without a team."""
    found = Submission.objects.select_related("edition", "team", "user").filter(team__memberships__user=user)
    found = found.defer("log_tail", "replay", "public_spread", "private_spread")
    if edition is not None:
        found = found.filter(edition=edition)
    if before is not None:
        found = found.filter(pk__lt=before)
    submissions = list(found.order_by("-pk")[: size + 1])
    shown = submissions[:size]
    return HistoryPage(shown, shown[-1].pk if len(submissions) > size else None)
