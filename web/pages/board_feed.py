"""Atom feed of a board: whenever a team stands better than before, one entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from judge import leaderboard
from judge.models import Board, Edition, Standing
from web.pages import board_files, tags
from web.pages.lookup import versions_of

ENTRIES = 30

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class News:
    """A team's row, as it was reached."""

    standing: Standing
    leads: bool


if TYPE_CHECKING:
    _Feed = Feed[News, Edition]
else:  # Django's class takes no parameters when it runs
    _Feed = Feed


class BoardFeed(_Feed):
    """The rows of the public board that were reached last."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=board_files.FRESH_S)
        return response

    def get_object(self, request: HttpRequest, slug: str) -> Edition:
        return versions_of(slug).chosen

    def title(self, obj: Edition) -> str:
        return _("%(challenge)s: new bests") % {"challenge": _(obj.challenge.spec.title)}

    def subtitle(self, obj: Edition) -> str:
        return _(obj.challenge.spec.summary)

    def link(self, obj: Edition) -> str:
        return reverse("pages:board", args=[obj.slug])

    def items(self, obj: Edition) -> Sequence[News]:
        first = leaderboard.first(obj, Board.PUBLIC)
        newest = leaderboard.newest(obj, Board.PUBLIC, size=ENTRIES)
        for standing in newest:
            standing.edition = obj  # one and the same: spares a query for each
        return [News(standing, first is not None and standing.pk == first.pk) for standing in newest]

    def item_title(self, item: News) -> str:
        score = tags.score(item.standing.score, item.standing.edition.challenge.spec)
        words = {"team": printable(item.standing.team.name), "score": score}
        return (_("%(team)s leads with %(score)s") if item.leads else _("%(team)s reached %(score)s")) % words

    def item_description(self, item: News) -> str:
        spec = item.standing.edition.challenge.spec
        error = tags.margin(item.standing.standard_error, spec)
        return f"{spec.metric.primary.name} {tags.score(item.standing.score, spec)} {error}".strip()

    def item_link(self, item: News) -> str:
        return reverse("pages:board", args=[item.standing.edition.slug])

    def item_guid(self, item: News) -> str:
        edition = item.standing.edition
        reached = int(item.standing.achieved_at.timestamp() * 1e6)
        return f"urn:judge:{edition.slug}:{edition.version}:{item.standing.team_id}:{reached}"

    def item_pubdate(self, item: News) -> datetime:
        return item.standing.achieved_at

    def item_updateddate(self, item: News) -> datetime:
        return item.standing.achieved_at


def printable(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot carry."""
    return NOT_XML.sub("", text)
