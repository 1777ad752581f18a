"""Pages about a challenge: the list, the overview, the data."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.scoring import metric_of
from challenges.spec import MetricUse, Size
from judge import catalogue, editions, leaderboard
from judge.models import Board, Edition, Standing
from web.downloads import serve, serve_bytes, serve_zip
from web.pages import facets, previews, words
from web.pages.lookup import LearnerRequest, Paper, edition_of, learner, paper_of
from web.pages.markdown import render as render_markdown
from web.pages.scale import scale_of


@dataclass(frozen=True)
class MetricWords:
    """A metric as the overview explains it."""

    name: str
    title: str
    explanation: str
    better: str
    best: float | None


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Return the challenge list, narrowed by plain GET fields."""
    entries = catalogue.entries(learner(request))
    listing = facets.listing(entries, facets.wanted_of(request.GET))
    return render(request, "pages/home.html", {"listing": listing})


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what is asked and how it is scored."""
    edition = edition_of(slug)
    paper = paper_of(request, edition)
    own = None
    if paper.team is not None:
        own = Standing.objects.filter(edition=edition, board=Board.PUBLIC, team=paper.team).first()
    metric = edition.challenge.spec.metric
    context = {
        "paper": paper,
        "tab": "overview",
        "statement": render_markdown(edition.challenge.statement),
        "scale": scale_of(edition, None if own is None else own.score),
        "own": own,
        "rank": None if own is None else leaderboard.rank_of(own),
        "primary": _metric_words(metric.primary),
        "secondary": [_metric_words(use) for use in metric.secondary],
        "counts": words.counts(edition.challenge.spec.board),
        "expected": words.expected_file(edition.challenge.spec),
        "limits": _limits(paper),
    }
    return render(request, "pages/overview.html", context)


@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the files of a challenge with a look inside."""
    edition = edition_of(slug)
    paper = paper_of(request, edition)
    minted = editions.minted(edition)
    files = minted.public_files()
    context = {
        "paper": paper,
        "tab": "data",
        "files": [{"path": path, **entry} for path, entry in sorted(files.items())],
        "total_bytes": sum(entry["size_bytes"] for entry in files.values()),
        "previews": previews.of_tables(minted.public, files) if paper.opened else [],
        "starter": sorted(edition.challenge.files("baseline")),
        "kit": sorted(edition.challenge.files("kit")) if _publishes_kit(edition) else [],
    }
    return render(request, "pages/data.html", context)


@require_safe
def file(request: LearnerRequest, slug: str, path: str) -> HttpResponseBase:
    """Return one public file. Only names of the manifest are served: no path from outside reaches the disk."""
    minted = editions.minted(catalogue.open_files(slug, request.user))
    entry = minted.public_files().get(path)
    if entry is None:
        raise Http404
    return serve(request, minted.public / path, name=path, sha256=entry["sha256"])


@require_safe
def all_files(request: LearnerRequest, slug: str) -> HttpResponseBase:
    """Return every public file as one zip."""
    edition = catalogue.open_files(slug, request.user)
    minted = editions.minted(edition)
    files = {path: minted.public / path for path in minted.public_files()}
    return serve_zip(files, name=f"{slug}.zip", etag=edition.digest)


@require_safe
def starter(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return the baseline, which can be handed in or run as it is."""
    edition = catalogue.open_files(slug, request.user)
    return serve_bytes(edition.challenge.packed("baseline"), name=f"{slug}-starter.zip")


@require_safe
def kit(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return the files that are laid over a learner's own when the program runs."""
    edition = catalogue.open_files(slug, request.user)
    if not _publishes_kit(edition):
        raise Http404
    return serve_bytes(edition.challenge.packed("kit"), name=f"{slug}-kit.zip")


def _publishes_kit(edition: Edition) -> bool:
    program = edition.challenge.spec.program
    return program is not None and program.kit


def _metric_words(use: MetricUse) -> MetricWords:
    metric = metric_of(use)
    first = " ".join((metric.function.__doc__ or "").strip().partition("\n\n")[0].split())
    explanation = first.removeprefix("Return ")  # a docstring speaks to whoever calls it, the page to a learner
    explanation = explanation[:1].upper() + explanation[1:]
    return MetricWords(use.name, metric.title, explanation, str(metric.better), metric.best)


def _limits(paper: Paper) -> list[tuple[str, str]]:
    spec = paper.spec
    rows = [("File", f"{words.max_mb(spec):g} MB"), ("Submissions a day", str(spec.board.per_day))]
    program = spec.program
    if program is not None:
        size = Size(paper.edition.size)
        rows += [
            ("Time", f"{program.wall_s.of(size):g} s"),
            ("Memory", f"{program.memory_mb} MB"),
            ("Processors", f"{program.cpus:g}"),
            ("Output", f"{program.output_mb} MB"),
            ("Graphics card", str(program.gpu)),
            ("Network", "none"),
        ]
        if program.banned_imports:
            rows.append(("Banned imports", ", ".join(program.banned_imports)))
    return rows
