"""Two teams become one: proposed by one captain, accepted by the other, before the deadline.

    propose ──> accept    members, submissions, attempts and choice of the accepting team move over; its row vanishes
        │  └──> decline
        └─────> withdraw

The proposing team keeps its name, its captain and its code. Everything happens in one transaction, with locks in the
order that everybody keeps: teams by number, then submissions, quotas and standings, last the states of boards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.metrics.types import Better
from judge import bookkeeping, leaderboard, rules, teams
from judge.errors import TeamRefused
from judge.models import Edition, MergeProposal, QuotaDay, Team


@dataclass(frozen=True)
class Proposals:
    """What is open for a team."""

    sent: MergeProposal | None
    received: Sequence[MergeProposal]
    """Oldest first."""


@dataclass(frozen=True)
class Merged:
    """One team that was two."""

    team: Team
    unchosen: int
    """Submissions that are no longer chosen, because together the teams had chosen too many."""


def open_for(team: Team) -> Proposals:
    """Return the open proposals of a team, each received one with the members of the other side."""
    sent = MergeProposal.objects.filter(proposer=team).select_related("invited").first()
    received = MergeProposal.objects.filter(invited=team).select_related("proposer").order_by("pk")
    return Proposals(sent, list(received.prefetch_related("proposer__memberships__user")))


def propose(user: User, edition: Edition, *, code: str) -> MergeProposal:
    """Offer the team of a code to become one with the user's team. Raises TeamRefused."""
    with transaction.atomic():
        own, invited = _led_by(user, edition), teams.by_code(edition, code)
        if invited is None:
            raise TeamRefused(
                "unknown_code", _("No team of this challenge has this code; ask its captain."), status=404
            )
        if invited == own:
            sentence = _("This is your own team's code; ask the other captain for the code of their team.")
            raise TeamRefused("own_code", sentence, status=400)
        own, invited = _held_pair(own.pk, invited.pk)
        _check_captain(user, own)
        existing = MergeProposal.objects.filter(proposer=own).select_related("invited").first()
        if existing is not None and existing.invited == invited:
            return existing
        _check_proposals(own, invited, existing)
        _check_pair(own, invited, timezone.now())
        return MergeProposal.objects.create(proposer=own, invited=invited)


def withdraw(user: User, edition: Edition) -> None:
    """Take the proposal of the user's team back. Raises TeamRefused."""
    with transaction.atomic():
        gone, _rows = MergeProposal.objects.filter(proposer=_led_by(user, edition)).delete()
        if not gone:
            raise _unknown_proposal()


def decline(user: User, edition: Edition, number: int) -> None:
    """Say no to a proposal that the user's team got. Raises TeamRefused."""
    with transaction.atomic():
        gone, _rows = MergeProposal.objects.filter(pk=number, invited=_led_by(user, edition)).delete()
        if not gone:
            raise _unknown_proposal()


def accept(user: User, edition: Edition, number: int) -> Merged:
    """Say yes to a proposal that the user's team got; the team goes up in the one that proposed. Raises TeamRefused."""
    with transaction.atomic():
        found = MergeProposal.objects.filter(pk=number, invited=_led_by(user, edition)).first()
        if found is None:
            raise _unknown_proposal()
        stays, goes = _held_pair(found.proposer_id, found.invited_id)
        _check_captain(user, goes)
        if not MergeProposal.objects.filter(pk=number, proposer=stays, invited=goes).exists():
            raise _unknown_proposal()  # withdrawn while this waited for the locks
        _check_pair(stays, goes, timezone.now())
        return _merge(stays, goes)


def _led_by(user: User, edition: Edition) -> Team:
    team = teams.team_of(user, edition)
    if team is None:
        sentence = _("You are in no team of this challenge yet; join the other team by its code instead.")
        raise TeamRefused("no_team", sentence, status=404)
    _check_captain(user, team)
    return team


def _check_captain(user: User, team: Team) -> None:
    if team.captain_id != user.pk:
        sentence = _("Only the captain of your team, %(captain)s, can merge it with another one; ask them.")
        raise TeamRefused("not_captain", sentence % {"captain": team.captain.get_username()}, status=403)


def _held_pair(first: int, second: int) -> tuple[Team, Team]:
    held = teams.hold(first, second)
    if len(held) < 2:
        raise TeamRefused("team_changed", _("One of the two teams has changed in this very moment; look again."))
    return held[first], held[second]


def _unknown_proposal() -> TeamRefused:
    sentence = _("This proposal is no longer open: it was withdrawn or answered.")
    return TeamRefused("unknown_proposal", sentence, status=404)


def _check_proposals(own: Team, invited: Team, existing: MergeProposal | None) -> None:
    if existing is not None:
        sentence = _("Your team has proposed a merge to %(team)s already; withdraw that proposal first.")
        raise TeamRefused("already_proposed", sentence % {"team": existing.invited.name})
    if MergeProposal.objects.filter(proposer=invited, invited=own).exists():
        sentence = _("%(team)s has proposed this merge to you already; accept it on your team's page.")
        raise TeamRefused("proposed_to_you", sentence % {"team": invited.name})


def _check_pair(stays: Team, goes: Team, now: datetime) -> None:
    """Raise TeamRefused unless the rules of the contest let these two become one now."""
    edition = stays.edition
    if edition.retired_at is not None:
        sentence = _("This edition was replaced by a newer one; its teams stay as they are.")
        raise TeamRefused("edition_retired", sentence, status=410)
    if edition.has_closed(now):
        sentence = _(
            "The deadline was %(at)s UTC; teams stay as they are. You can work together in the next challenge."
        )
        raise TeamRefused("deadline_passed", sentence % {"at": f"{edition.closes_at:%Y-%m-%d %H:%M}"}, status=403)
    if stays.is_baseline or goes.is_baseline:
        raise TeamRefused("host_team", _("The host's own team stays alone; merge with a team of learners."), status=403)
    members = stays.memberships.count() + goes.memberships.count()
    if members > rules.TEAM_MAX:
        sentence = _(
            "Together your teams have %(members)d members; %(most)d are the most. Somebody who has not handed in "
            "yet can leave first."
        )
        raise TeamRefused("team_full", sentence % {"members": members, "most": rules.TEAM_MAX})
    _check_attempts(stays, goes, now)


def _check_attempts(stays: Team, goes: Team, now: datetime) -> None:
    """Refuse more attempts than one team could have had: nobody gains by a second account."""
    edition = stays.edition
    per_day, opened_at = edition.challenge.spec.board.per_day, edition.opens_at or edition.created_at
    used = QuotaDay.objects.filter(team__in=(stays, goes)).aggregate(used=Sum("used"))["used"] or 0
    most = rules.most_attempts(per_day=per_day, opened_at=opened_at, now=now)
    if used <= most:
        return
    day = rules.day_of_attempts(used, per_day=per_day, opened_at=opened_at)
    start = datetime.combine(day, time.min, tzinfo=UTC)
    words = {"used": used, "most": most, "day": f"{day:%Y-%m-%d}"}
    sentence = _("Together your teams have used %(used)d attempts; one team could have used %(most)d by now.")
    if edition.has_closed(start):
        sentence = f"{sentence} {_('Before the deadline that many are never reached; your teams stay two.')}"
        raise TeamRefused("too_many_attempts", sentence % words)
    sentence = f"{sentence} {_('If neither hands in meanwhile, you can merge from %(day)s UTC on.')}"
    raise TeamRefused("too_many_attempts", sentence % words, retry_at=start)


def _merge(stays: Team, goes: Team) -> Merged:
    goes.submissions.update(team=stays)
    goes.memberships.update(team=stays)
    _share_quota(stays, goes)
    unchosen = _keep_choice(stays)
    goes.delete()
    bookkeeping.restand(stays)
    return Merged(stays, unchosen)


def _share_quota(stays: Team, goes: Team) -> None:
    """Add the attempts of each day up; what two teams used of a day may be more than one team's limit."""
    days = {row.day: row for row in stays.quota_days.all()}
    for row in goes.quota_days.all():
        own = days.setdefault(row.day, QuotaDay(team=stays, day=row.day, used=0, limit=row.limit))
        own.used += row.used
        own.limit = max(own.limit, own.used)
    QuotaDay.objects.bulk_update([row for row in days.values() if row.pk is not None], ["used", "limit"])
    QuotaDay.objects.bulk_create([row for row in days.values() if row.pk is None])


def _keep_choice(team: Team) -> int:
    """Keep the best public scores among what both teams chose, as many as one team may; return how many are dropped."""
    edition = team.edition
    best_first = "-public_score" if leaderboard.better(edition) is Better.HIGHER else "public_score"
    chosen = list(
        team.submissions.filter(chosen=True).order_by(best_first, "created_at", "pk").values_list("pk", flat=True)
    )
    dropped = chosen[edition.challenge.spec.board.chosen_max :]
    team.submissions.filter(pk__in=dropped).update(chosen=False)
    return len(dropped)
