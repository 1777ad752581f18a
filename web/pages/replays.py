"""The replay of a submission: JSON for the viewer, and the same as tables for whoever has no script."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from judge import history
from web.pages.lookup import LearnerRequest, paper_of
from web.pages.reels import Replay, replay_of

MOST_BYTES = 1_000_000
"""Of the viewer's JSON; the replays of the catalogue have a few kilobytes."""


@never_cache
@require_safe
def replay(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return a replay as tables."""
    found = history.visible(request.user, pk)
    shown = replay_of(found.replay)
    too_large = shown is not None and len(_encoded(shown)) > MOST_BYTES
    context = {
        "paper": paper_of(request, found.edition),
        "tab": "submissions",
        "submission": found,
        "replay": None if too_large else shown,
        "too_large": too_large,
    }
    return render(request, "pages/replay.html", context)


@never_cache
@require_safe
def replay_json(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return the reels of a replay for the viewer; none where nothing can be drawn."""
    shown = replay_of(history.visible(request.user, pk).replay)
    data = _encoded(shown or Replay(reels=(), tables=()))
    if len(data) > MOST_BYTES:
        refusal = {"code": "replay_too_large", "sentence": _("This replay is too large to be shown.")}
        return HttpResponse(orjson.dumps(refusal), content_type="application/json", status=413)
    return HttpResponse(data, content_type="application/json")


def _encoded(shown: Replay) -> bytes:
    return orjson.dumps({"reels": [asdict(reel) for reel in shown.reels]})
