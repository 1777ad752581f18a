"""The roadmaps: stages, projects in order, what each teaches, its challenge, and how far the learner has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.loader import load, slugs
from challenges.roadmaps.loader import atlas
from challenges.roadmaps.spec import Roadmap, Row, Stage
from challenges.spec import ChallengeSpec
from judge import catalogue, progress
from judge.errors import Refused
from judge.tiers import Tier
from judge.what_next import what_next
from web.pages.lookup import learner


@dataclass(frozen=True)
class Project:
    """One row as the page shows it."""

    row: Row
    challenge: ChallengeSpec | None
    """What serves it, where it is open on this site."""
    is_built: bool
    shared_with: Row | None
    tier: Tier


@dataclass(frozen=True)
class ShownStage:
    number: int
    title: str
    projects: Sequence[Project]


@dataclass(frozen=True)
class Shown:
    """A roadmap with the visitor's progress."""

    roadmap: Roadmap
    stages: Sequence[ShownStage]
    next: Sequence[Project]

    @property
    def projects(self) -> Sequence[Project]:
        return [project for stage in self.stages for project in stage.projects]

    @property
    def open_count(self) -> int:
        return sum(project.challenge is not None for project in self.projects)

    @property
    def passed_count(self) -> int:
        return sum(project.tier.passed for project in self.projects)


@dataclass(frozen=True, kw_only=True)
class View:
    """What a visitor finds on this site, and how far they have come in it; all by the slugs of challenges."""

    offered: frozenset[str]
    built: frozenset[str]
    tiers: Mapping[str, Tier]


@require_safe
def roadmaps(request: HttpRequest) -> HttpResponse:
    """Return all roadmaps at a glance."""
    view = _view(request)
    return render(request, "pages/roadmaps.html", {"roadmaps": [shown(one, view) for one in atlas().roadmaps]})


@require_safe
def roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one roadmap, every row of it."""
    found = atlas().find(slug)
    if found is None:
        names = ", ".join(one.slug for one in atlas().roadmaps)
        sentence = _("No roadmap is called %(name)s; there are %(names)s.") % {"name": repr(slug[:80]), "names": names}
        raise Refused("unknown_roadmap", sentence, status=404)
    return render(request, "pages/roadmap.html", {"shown": shown(found, _view(request))})


def shown(roadmap: Roadmap, view: View) -> Shown:
    """Return a roadmap as this visitor sees it."""
    stages = [
        ShownStage(number, _title(stage), [_project(row, view) for row in stage.rows])
        for number, stage in enumerate(roadmap.stages, start=1)
    ]
    projects = {project.row.id: project for stage in stages for project in stage.projects}
    proposed = what_next(
        roadmap.rows,
        tiers={row_id: project.tier for row_id, project in projects.items()},
        offered={row_id for row_id, project in projects.items() if project.challenge is not None},
    )
    return Shown(roadmap, stages, [projects[row.id] for row in proposed])


def _project(row: Row, view: View) -> Project:
    slug = atlas().challenge_of(row)
    return Project(
        row=row,
        challenge=load(slug).spec if slug in view.offered else None,
        is_built=slug in view.built,
        shared_with=None if row.same_as is None else atlas().rows[row.same_as],
        tier=view.tiers.get(slug, Tier.NOT_TRIED),
    )


def _title(stage: Stage) -> str:
    return stage.title if stage.track is None else f"{stage.track}: {stage.title.lower()}"


def _view(request: HttpRequest) -> View:
    user = learner(request)
    return View(
        offered=catalogue.open_slugs(),
        built=frozenset(slugs()),
        tiers={} if user is None else progress.of_user(user),
    )
