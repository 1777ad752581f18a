"""Template tags of the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from challenges.loader import Challenge
from challenges.roadmaps.loader import atlas
from challenges.spec import ChallengeSpec
from judge.models import Submission
from judge.tiers import Tier
from web.pages import icons, words
from web.pages.facets import label_of
from web.pages.markdown import render_post
from web.pages.pictures import Picture, picture_of

register = template.Library()


@register.filter
def score(value: float | None, spec: ChallengeSpec) -> str:
    """Return a score with the digits that its challenge asks for; a dash when there is none."""
    return "–" if value is None else f"{value:.{spec.metric.primary.digits}f}"


@register.filter
def margin(standard_error: float | None, spec: ChallengeSpec) -> str:
    """Return `± e`, the standard error; nothing where it is not known."""
    return "" if not standard_error else f"± {standard_error:.{spec.metric.primary.digits}f}"


@register.filter
def when(value: datetime | None) -> SafeString | str:
    """Return a moment for people and machines: today without the date."""
    if value is None:
        return "–"
    pattern = "%H:%M" if timezone.now() - value < timedelta(hours=20) else "%Y-%m-%d %H:%M"
    text = f"{value:{pattern}} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), f"{value:%F %T} UTC", text)


@register.filter
def clock(value: datetime) -> SafeString:
    """Return a moment to the second."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), f"{value:%H:%M:%S}")


@register.filter
def seconds(value: float | None) -> str:
    """Return a span: 0.4 s, 12 s, 3 min 5 s."""
    if value is None:
        return ""
    if value < 10:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value // 60:.0f} min {value % 60:.0f} s"


@register.filter
def as_json(figures: Mapping[str, Any]) -> str:
    """Return figures for an attribute; a script element of JSON would not outlive htmx, which lets none in."""
    return json.dumps(figures, cls=DjangoJSONEncoder, separators=(",", ":"))


@register.filter
def status(submission: Submission) -> str:
    return words.status(submission)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon to stand before words: {% icon "upload" %}."""
    return icons.drawn(name)


@register.filter
def status_icon(submission: Submission) -> str:
    return icons.of_status(submission)


@register.filter
def tone(submission: Submission) -> str:
    return words.tone(submission)


@register.filter
def fault(submission: Submission) -> str:
    return words.fault(submission)


@register.filter
def tier_words(tier: Tier) -> str:
    return str(words.TIERS[tier])


@register.filter
def translated(text: str) -> str:
    """Return a title or summary of the catalogue in the reader's language, as it is where nobody translated it."""
    return gettext(text) if text else ""


@register.filter
def picture(challenge: Challenge) -> Picture | None:
    """Return what an `img` of a challenge needs, or None when no picture has been drawn."""
    return picture_of(challenge)


@register.filter
def markdown(text: str) -> SafeString:
    """Return what a learner wrote in Markdown as safe HTML."""
    return render_post(text)


@register.filter
def board_words(board: str) -> str:
    return str(words.BOARDS[board])


@register.filter
def is_medal(tier: Tier) -> bool:
    return tier >= Tier.BRONZE


@register.filter
def tier_code(tier: Tier) -> str:
    return tier.name.lower()


@register.filter
def row_address(row_id: str) -> str:
    """Return where a row of a roadmap stands; nothing for a row that is on none."""
    home = atlas().homes.get(row_id)
    return "" if home is None else f"{reverse('pages:roadmap', args=[home.slug])}#{row_id}"


@register.filter
def kind_words(spec: ChallengeSpec) -> str:
    return str(words.KINDS[spec.kind])


@register.filter
def label(value: Any) -> str:
    """Return a code of a challenge file in words."""
    return label_of(str(value))
