"""The challenge list narrowed by words and facets, each choice with the number that it would show. Pure.

    address ── wanted_of, sort_of ──> Wanted, Sort ── listing ──> entries, facets, chips
       ^                                                              │
       └────────────────────────── address_of ────────────────────────┘

Whatever the list links to is written by `address_of`, so that every address keeps all that was chosen and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from challenges.metric_families import Family
from challenges.roadmaps.loader import atlas
from challenges.spec import Kind, Level
from judge.catalogue import Entry, Gpu, Sort, Wanted, fits, narrowed
from judge.tiers import Tier
from web.pages.words import TIERS

Value = TypeVar("Value", bound=StrEnum)

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
"""Every level, kind and domain in words; a test asks that no challenge has another."""


FAMILIES = {
    Family.CLASSES: _("Classes: accuracy, F1"),
    Family.PROBABILITIES: _("Probabilities: AUC, log loss"),
    Family.NUMBERS: _("Numbers: RMSE, R²"),
    Family.RANKINGS: _("Rankings: NDCG, MAP@k"),
    Family.GROUPS: _("Groups: adjusted Rand index"),
    Family.TEXTS: _("Texts: word error rate, BLEU"),
    Family.PICTURES: _("Pictures and space: mAP, IoU"),
    Family.STREAMS: _("Streams and services: delay, latency"),
    Family.DECISIONS: _("Decisions: cost, profit"),
    Family.GAMES: _("Games and agents: rating, return"),
    Family.CHECKS: _("Checks and findings"),
    Family.SEVERAL: _("Several metrics in one score"),
}

GPUS = {
    Gpu.NONE: _("Runs without one"),
    Gpu.OPTIONAL: _("May use one"),
    Gpu.REQUIRED: _("Needs one"),
}

SORTS = {
    Sort.ROADMAP: _("Level and roadmap"),
    Sort.TITLE: _("Title"),
    Sort.NEWEST: _("Newest"),
    Sort.TEAMS: _("Most teams"),
    Sort.PROGRESS: _("My progress"),
}


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
    is_rare: bool
    """Whether it lies behind `More filters`."""

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.chosen), None)


@dataclass(frozen=True)
class Chip:
    """One thing that was chosen, and the address of the list without it."""

    label: str
    value: str
    address: str


@dataclass(frozen=True)
class Listing:
    entries: Sequence[Entry]
    facets: Sequence[Facet]
    chips: Sequence[Chip]
    sorts: Sequence[Choice]
    words: str
    total: int

    @property
    def narrowed(self) -> bool:
        return bool(self.chips)

    @property
    def common(self) -> Sequence[Facet]:
        return [facet for facet in self.facets if not facet.is_rare]

    @property
    def rare(self) -> Sequence[Facet]:
        return [facet for facet in self.facets if facet.is_rare]

    @property
    def rare_chosen(self) -> int:
        return sum(facet.chosen is not None for facet in self.rare)


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """How a facet is made: its values, in which order and words."""

    name: str
    label: str
    values_of: Callable[[Entry], Collection[str]]
    words: Callable[[str], str]
    order: Sequence[str] | None = None
    """All values there are; without it those that occur, by their words."""
    always: bool = False
    """Whether values that no challenge has are offered too."""
    is_rare: bool = False


def wanted_of(query: QueryDict, *, is_signed_in: bool) -> Wanted:
    """Return what the GET fields ask for; a value that no facet has is left out, as if it had not been sent."""
    roadmap = query.get("roadmap", "")
    return Wanted(
        roadmap=roadmap if roadmap in atlas().places else None,
        level=_one_of(Level, query.get("level")),
        domain=query.get("domain", "")[:40] or None,
        kind=_one_of(Kind, query.get("kind")),
        metric=_one_of(Family, query.get("metric")),
        gpu=_one_of(Gpu, query.get("gpu")),
        tried=_tiers().get(query.get("tried", "")) if is_signed_in else None,
        search=query.get("q", "")[:100].strip() or None,
    )


def sort_of(query: QueryDict, *, is_signed_in: bool) -> Sort:
    """Return the order that is asked for; the list's own for one that there is not."""
    sort = _one_of(Sort, query.get("sort")) or Sort.ROADMAP
    return Sort.ROADMAP if sort is Sort.PROGRESS and not is_signed_in else sort


def listing(entries: Sequence[Entry], wanted: Wanted, sort: Sort, *, is_signed_in: bool) -> Listing:
    """Return what fits in its order, the facets with their counts, and what is chosen."""
    facets = [_facet(axis, entries, wanted) for axis in _axes(is_signed_in=is_signed_in)]
    sorts = [
        Choice(one, str(label), 0, one is sort) for one, label in SORTS.items() if is_signed_in or one != Sort.PROGRESS
    ]
    chips = (
        [Chip(gettext("Words"), wanted.search, address_of(replace(wanted, search=None), sort))] if wanted.search else []
    )
    for facet in facets:
        if facet.chosen is not None:
            without = replace(wanted, **{facet.name: None})
            chips.append(Chip(facet.label, facet.chosen.label, address_of(without, sort)))
    return Listing(narrowed(entries, wanted, sort), facets, chips, sorts, wanted.search or "", len(entries))


def address_of(wanted: Wanted, sort: Sort, *, page: int = 1) -> str:
    """Return where the list shows this; nothing stands there that goes without saying."""
    asked = {
        "q": wanted.search,
        "roadmap": wanted.roadmap,
        "level": wanted.level,
        "domain": wanted.domain,
        "kind": wanted.kind,
        "metric": wanted.metric,
        "gpu": wanted.gpu,
        "tried": None if wanted.tried is None else wanted.tried.name.lower(),
        "sort": None if sort is Sort.ROADMAP else sort,
        "page": None if page == 1 else page,
    }
    query = urlencode({name: str(value) for name, value in asked.items() if value is not None})
    return reverse("pages:home") + (f"?{query}" if query else "")


def label_of(value: str) -> str:
    """Return a level, kind or domain in words."""
    return str(LABELS.get(value, value))


def _axes(*, is_signed_in: bool) -> Sequence[_Axis]:
    titles = {roadmap.slug: roadmap.title for roadmap in atlas().roadmaps}
    axes = [
        _Axis(
            name="roadmap",
            label=gettext("Roadmap"),
            values_of=lambda entry: entry.roadmaps,
            words=lambda slug: gettext(titles[slug]),
            order=list(titles),
        ),
        _Axis(
            name="level",
            label=gettext("Level"),
            values_of=lambda entry: (entry.spec.level,),
            words=label_of,
            order=list(Level),
        ),
        _Axis(
            name="domain",
            label=gettext("Domain"),
            values_of=lambda entry: (entry.spec.domain,),
            words=label_of,
        ),
        _Axis(
            name="kind",
            label=gettext("You hand in"),
            values_of=lambda entry: (entry.spec.kind,),
            words=label_of,
            order=list(Kind),
            is_rare=True,
        ),
        _Axis(
            name="metric",
            label=gettext("Metric"),
            values_of=lambda entry: (entry.family,),
            words=lambda family: str(FAMILIES[Family(family)]),
            order=list(Family),
            is_rare=True,
        ),
        _Axis(
            name="gpu",
            label=gettext("Graphics card"),
            values_of=lambda entry: (entry.gpu,),
            words=lambda gpu: str(GPUS[Gpu(gpu)]),
            order=list(Gpu),
            always=True,
            is_rare=True,
        ),
    ]
    if is_signed_in:
        tried = _Axis(
            name="tried",
            label=gettext("How far you are"),
            values_of=lambda entry: (_code(entry.tier or Tier.NOT_TRIED),),
            words=lambda code: str(TIERS[_tiers()[code]]),
            order=list(_tiers()),
            always=True,
            is_rare=True,
        )
        axes.append(tried)
    return axes


def _facet(axis: _Axis, entries: Sequence[Entry], wanted: Wanted) -> Facet:
    others = replace(wanted, **{axis.name: None})
    counts = Counter(value for entry in entries if fits(entry, others) for value in axis.values_of(entry))
    values = {value for entry in entries for value in axis.values_of(entry)}
    chosen = getattr(wanted, axis.name)
    code = _code(chosen) if isinstance(chosen, Tier) else chosen
    shown = sorted(values | ({code} if code else set()), key=axis.words) if axis.order is None else axis.order
    choices = [
        Choice(value, axis.words(value), counts[value], value == code)
        for value in shown
        if axis.always or value in values or value == code
    ]
    return Facet(axis.name, axis.label, choices, axis.is_rare)


def _one_of(kind: type[Value], text: str | None) -> Value | None:
    return kind(text) if text in set(kind) else None


def _code(tier: Tier) -> str:
    return tier.name.lower()


def _tiers() -> Mapping[str, Tier]:
    return {_code(tier): tier for tier in Tier}
