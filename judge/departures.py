"""A learner leaves: the account goes for good, the scores stay under the name "deleted learner".

Boards of others keep their ranks and the judge its figures, so submissions and the bytes that were handed in stay;
whatever a learner wrote beside them or in a discussion, or a program of theirs printed, does not.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from judge import bookkeeping, teams
from judge.discussions import threads
from judge.errors import Refused
from judge.models import MergeProposal, Submission, Team
from judge.models.team import new_join_code
from judge.verdicts import State

GHOST = "deleted learner"
"""Whose submissions they are then. Nobody can sign up by this name: user names hold no blanks."""

BATCH = 500


def depart(user: User) -> None:
    """Delete an account with everything personal about it. Raises Refused for whoever runs the site."""
    if user.is_staff or user.is_superuser:
        raise Refused(
            "runs_the_site",
            "This account runs the site; another operator must first take it off the staff.",
            status=403,
        )
    for submission in Submission.objects.filter(user=user).exclude(state=State.DONE):
        bookkeeping.cancel(submission)
    with transaction.atomic():
        held = _held_teams(user)
        ghost = _ghost()
        _anonymise_submissions(user, ghost)
        threads.forget(user)
        for team in sorted(held, key=lambda team: team.edition_id):  # the order in which boards are locked
            _leave(team, user, ghost)
        user.delete()


def _held_teams(user: User) -> list[Team]:
    """Return the user's teams, locked: before their submissions, as a merge of two teams takes them."""
    while True:
        theirs = set(Team.objects.filter(Q(captain=user) | Q(memberships__user=user)).values_list("pk", flat=True))
        held = teams.hold(*theirs)
        if set(held) == theirs:  # else one of them went up in another one meanwhile
            return list(held.values())


def _ghost() -> User:
    ghost, made = User.objects.get_or_create(username=GHOST, defaults={"is_active": False})
    if made:
        ghost.set_unusable_password()
        ghost.save(update_fields=["password"])
    return ghost


def _anonymise_submissions(user: User, ghost: User) -> None:
    theirs = list(Submission.objects.filter(user=user).only("pk", "file_name"))
    for submission in theirs:
        submission.file_name = f"submission{PurePosixPath(submission.file_name).suffix.lower()[:12]}"
    Submission.objects.bulk_update(theirs, ["file_name"], batch_size=BATCH)
    Submission.objects.filter(user=user).update(
        user=ghost, description="", idempotency_key=None, log_tail="", findings=[]
    )


def _leave(team: Team, user: User, ghost: User) -> None:
    team.memberships.filter(user=user).delete()
    heir = team.memberships.select_related("user").order_by("joined_at", "pk").first()
    if heir is None and not team.submissions.exists():
        team.delete()
        return
    if team.captain_id == user.pk:
        team.captain = ghost if heir is None else heir.user
    if heir is None:  # nobody is left who could lead two merged teams
        MergeProposal.objects.filter(Q(proposer=team) | Q(invited=team)).delete()
    if heir is None or team.name in (user.get_username()[:60], f"{user.get_username()[:48]} #{user.pk}"):
        team.name = f"{GHOST} #{team.pk}"
    team.join_code = new_join_code()
    team.save(update_fields=["captain", "name", "join_code"])
