"""Teams: made on first need, joined by a code, left while they have nothing to lose."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from judge import rules
from judge.errors import TeamRefused
from judge.models import Edition, Membership, Team


def team_of(user: User, edition: Edition) -> Team | None:
    """Return the user's team in an edition, or None."""
    membership = Membership.objects.select_related("team").filter(user=user, edition=edition).first()
    return None if membership is None else membership.team


def ensure(user: User, edition: Edition) -> Team:
    """Return the user's team; whoever has none becomes a team of one, named like the user."""
    existing = team_of(user, edition)
    if existing is not None:
        return existing
    for name in (user.get_username()[:60], f"{user.get_username()[:48]} #{user.pk}"):
        try:
            return create(user, edition, name=name)
        except TeamRefused as refusal:
            if refusal.code != "name_taken":
                raise
    raise TeamRefused("name_taken", _("No free team name was found; create a team with a name of your choice."))


def create(user: User, edition: Edition, *, name: str) -> Team:
    """Return a new team with the user as its captain. Raises TeamRefused."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise TeamRefused("bad_name", _("A team's name has 1 to 60 characters."), status=400)
    if Team.objects.filter(edition=edition, name=name).exists():
        existing = team_of(user, edition)
        if existing is not None and existing.name == name:
            return existing
        sentence = _("Another team is already called %(name)s; choose another name.")
        raise TeamRefused("name_taken", sentence % {"name": repr(name)})
    try:
        with transaction.atomic():
            team = Team.objects.create(edition=edition, name=name, captain=user)
            Membership.objects.create(team=team, edition=edition, user=user)
    except IntegrityError:
        existing = team_of(user, edition)  # a second request of the same learner was faster
        if existing is not None and existing.name == name:
            return existing
        raise TeamRefused("in_a_team", _("You are in a team of this challenge already; leave it first.")) from None
    return team


def join(user: User, edition: Edition, *, code: str) -> Team:
    """Return the team that the code belongs to, with the user in it. Raises TeamRefused."""
    with transaction.atomic():
        own = team_of(user, edition)
        wanted = by_code(edition, code)
        held = hold(*(team.pk for team in (own, wanted) if team is not None))
        if wanted is None or wanted.pk not in held:
            sentence = _("No team of this challenge has this code; ask its captain.")
            raise TeamRefused("unknown_code", sentence, status=404)
        if own is not None and not own.memberships.filter(user=user).exists():
            raise TeamRefused("team_changed", _("Your team has changed in this very moment; look at it and try again."))
        team = held[wanted.pk]
        if own == team:
            return team
        if own is not None:
            _leave(user, own)
        members = team.memberships.count()
        if members >= rules.TEAM_MAX:
            sentence = _("The team has %(members)d members; %(most)d are the most.")
            raise TeamRefused("team_full", sentence % {"members": members, "most": rules.TEAM_MAX})
        Membership.objects.create(team=team, edition=edition, user=user)
    return team


def leave(user: User, edition: Edition) -> None:
    """Take the user out of the team. Raises TeamRefused once the user has handed in for it."""
    with transaction.atomic():
        team = held_team_of(user, edition)
        if team is None:
            raise TeamRefused("no_team", _("You are in no team of this challenge."), status=404)
        _leave(user, team)


def by_code(edition: Edition, code: str) -> Team | None:
    """Return the team of an edition that a code belongs to, or None."""
    return Team.objects.filter(edition=edition, join_code=code.strip()).first()


def hold(*teams: int) -> Mapping[int, Team]:
    """Return teams by number, locked until the transaction ends; one that has vanished meanwhile is missing.

    Locks are taken by rising numbers, and before any lock on a submission, by everybody who takes them.
    """
    return {team.pk: team for team in Team.objects.select_for_update().filter(pk__in=teams).order_by("pk")}


def held_team_of(user: User, edition: Edition) -> Team | None:
    """Return the user's team, locked until the transaction ends, or None."""
    while (team := team_of(user, edition)) is not None:
        held = hold(team.pk).get(team.pk)
        if held is not None and held.memberships.filter(user=user).exists():
            return held
        # It went up in another one between the two looks: that one is the user's now.
    return None


def held_team_behind(submission_id: int) -> Team | None:
    """Return the team of a submission, locked until the transaction ends; None where there is no such submission."""
    while Team.objects.filter(submissions=submission_id).exists():
        held = Team.objects.select_for_update(of=("self",)).filter(submissions=submission_id).first()
        if held is not None:  # else it went up in another one while this waited for the lock
            return held
    return None


def mark_baseline(username: str) -> None:
    """Mark the teams of an account that hands in the starters: boards show them apart and do not count them."""
    Team.objects.filter(captain__username=username).update(is_baseline=True)


def _leave(user: User, team: Team) -> None:
    if team.submissions.filter(user=user).exists():
        raise TeamRefused(
            "has_submissions",
            _(
                "You have handed in for this team; its quota and scores would move with you. To work with another "
                "team, its captain and yours can merge the two teams."
            ),
        )
    team.memberships.filter(user=user).delete()
    heir = team.memberships.order_by("joined_at", "pk").first()
    if heir is None:
        team.delete()
    elif team.captain == user:
        team.captain = heir.user
        team.save(update_fields=["captain"])
