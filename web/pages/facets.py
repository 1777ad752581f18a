"""The challenge list narrowed by words and facets, each choice with the number that it would show. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from challenges.spec import ChallengeSpec, Kind, Level
from judge.catalogue import Entry, Wanted, fits

LEVELS = list(Level)
LABELS = {
    Kind.PREDICTIONS: _("Predictions"),
    Kind.CODE: _("Program"),
    Kind.INTERACTIVE: _("Conversation"),
    Level.BEGINNER: _("Beginner"),
    Level.INTERMEDIATE: _("Intermediate"),
    Level.ADVANCED: _("Advanced"),
    Level.EXPERT: _("Expert"),
    "3d": _("3-D"),
    "astro": _("Astronomy"),
    "audio": _("Audio"),
    "bio": _("Biology"),
    "generative": _("Generative"),
    "geo": _("Geography"),
    "graph": _("Graphs"),
    "multimodal": _("Multimodal"),
    "recsys": _("Recommendation"),
    "rl": _("Reinforcement learning"),
    "stats": _("Statistics"),
    "systems": _("Systems"),
    "tabular": _("Tables"),
    "text": _("Text"),
    "timeseries": _("Time series"),
    "video": _("Video"),
    "vision": _("Vision"),
}
"""Every value of a facet in words; a test asks that no challenge has another."""


@dataclass(frozen=True)
class Choice:
    """One value of a facet, with the number of challenges that choosing it would show."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Listing:
    entries: Sequence[Entry]
    facets: Sequence[Facet]
    words: str
    total: int

    @property
    def narrowed(self) -> bool:
        return bool(self.words) or any(choice.chosen for facet in self.facets for choice in facet.choices)


def wanted_of(query: QueryDict) -> Wanted:
    """Return what the GET fields ask for; a value that no facet has is left out, as if it had not been sent."""
    level, kind = query.get("level", ""), query.get("kind", "")
    return Wanted(
        level=Level(level) if level in set(Level) else None,
        kind=Kind(kind) if kind in set(Kind) else None,
        domain=query.get("domain", "")[:40] or None,
        search=query.get("q", "")[:100].strip() or None,
    )


def listing(entries: Sequence[Entry], wanted: Wanted) -> Listing:
    """Return what fits, and the facets with their counts."""
    shown = [entry for entry in entries if fits(entry.challenge.spec, wanted)]
    facets = [
        _facet(entries, "level", gettext("Level"), replace(wanted, level=None), wanted.level, lambda spec: spec.level),
        _facet(
            entries, "domain", gettext("Domain"), replace(wanted, domain=None), wanted.domain, lambda spec: spec.domain
        ),
        _facet(
            entries, "kind", gettext("You hand in"), replace(wanted, kind=None), wanted.kind, lambda spec: spec.kind
        ),
    ]
    return Listing(shown, facets, wanted.search or "", len(entries))


def _facet(
    entries: Sequence[Entry],
    name: str,
    label: str,
    others: Wanted,
    chosen: str | None,
    value_of: Callable[[ChallengeSpec], str],
) -> Facet:
    values = {str(value_of(entry.challenge.spec)) for entry in entries}
    counts = Counter(str(value_of(e.challenge.spec)) for e in entries if fits(e.challenge.spec, others))
    order = [str(level) for level in LEVELS if level in values] if name == "level" else sorted(values)
    return Facet(name, label, [Choice(v, label_of(v), counts[v], v == chosen) for v in order])


def label_of(value: str) -> str:
    """Return a facet value in words."""
    return str(LABELS.get(value, value))
