"""Pages about a challenge: the list, the overview, the data."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import getdoc

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.loader import ENGLISH
from challenges.metrics_page import sections
from challenges.minting import Minted
from challenges.notebooks import starter_source
from challenges.scoring import metric_of
from challenges.spec import MetricUse, Part, Size
from judge import catalogue, editions, leaderboard
from judge.models import Board, Edition, Standing
from web.downloads import serve, serve_bytes, serve_zip
from web.pages import facets, notebooks, previews, samples, words
from web.pages.lookup import LearnerRequest, Paper, edition_of, learner, paper_of
from web.pages.markdown import render as render_markdown
from web.pages.pictures import picture_of
from web.pages.scale import scale_of

PAGE = 24
"""Cards on a page of the list: whole rows of two, three and four."""


@dataclass(frozen=True)
class MetricWords:
    """A metric as the overview explains it."""

    name: str
    title: str
    explanation: str
    better: str
    best: float | None
    parts: list[str]
    """What a composite is made of."""
    details: list[tuple[str, str]]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Return one page of the challenge list, narrowed and sorted by plain GET fields."""
    user = learner(request)
    is_signed_in = user is not None
    wanted = facets.wanted_of(request.GET, is_signed_in=is_signed_in)
    sort = facets.sort_of(request.GET, is_signed_in=is_signed_in)
    listing = facets.listing(catalogue.entries(user), wanted, sort, is_signed_in=is_signed_in)
    page = Paginator(listing.entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "listing": listing,
        "page": page,
        "previous": facets.address_of(wanted, sort, page=page.number - 1) if page.has_previous() else None,
        "next": facets.address_of(wanted, sort, page=page.number + 1) if page.has_next() else None,
    }
    response = render(request, "pages/home.html", context)
    response.headers["HX-Push-Url"] = facets.address_of(wanted, sort, page=page.number)  # not every empty field
    return response


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what is asked and how it is scored."""
    edition = edition_of(slug)
    paper = paper_of(request, edition)
    own = None
    if paper.team is not None:
        own = Standing.objects.filter(edition=edition, board=Board.PUBLIC, team=paper.team).first()
    metric = edition.challenge.spec.metric
    statement = edition.challenge.statement_in(get_language() or ENGLISH)
    picture = picture_of(edition.challenge)
    context = {
        "paper": paper,
        "tab": "overview",
        "statement": render_markdown(statement.text),
        "statement_language": statement.language,
        "only_in_english": statement.language != (get_language() or ENGLISH),
        "scale": scale_of(edition, None if own is None else own.score),
        "own": own,
        "rank": None if own is None else leaderboard.rank_of(own),
        "primary": _metric_words(metric.primary),
        "secondary": [_metric_words(use) for use in metric.secondary],
        "counts": words.counts(edition.challenge.spec.board),
        "expected": words.expected_file(edition.challenge.spec),
        "limits": _limits(paper),
        "picture": picture,
        "picture_url": None if picture is None else request.build_absolute_uri(picture.address),
        "address": request.build_absolute_uri(request.path),
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
        "previews": _previews(edition, minted) if paper.opened else [],
        "samples": samples.of(minted.public, files, digest=edition.digest) if paper.opened else (),
        "starter": sorted(edition.challenge.files("baseline")),
        "notebook": None if starter_source(edition.challenge) is None else notebooks.name_of(slug),
        "zip_only": notebooks.zip_only(paper.spec),
        "hub": notebooks.hub_of(request, slug),
        "kit": sorted(edition.challenge.files("kit")) if _publishes_kit(edition) else [],
    }
    return render(request, "pages/data.html", context)


@require_safe
def sample(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """Return one of the pictures and sounds that the data page shows; the address holds no name from outside."""
    edition = edition_of(slug)
    minted = editions.minted(edition)
    found = samples.of(minted.public, minted.public_files(), digest=edition.digest)
    if not paper_of(request, edition).opened or place >= len(found):
        raise Http404
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return HttpResponse(found[place].read(minted.public), content_type=found[place].type, headers=headers)


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


def _previews(edition: Edition, minted: Minted) -> list[previews.Preview]:
    statement = edition.challenge.statement_in(get_language() or ENGLISH).text
    return previews.of_tables(minted.public, minted.public_files(), statement=statement, digest=edition.digest)


def _metric_words(use: MetricUse) -> MetricWords:
    metric = metric_of(use)
    said = sections(getdoc(metric.function) or "")
    first, _blank, more = said.pop("").partition("\n\n")
    first = " ".join(first.split())
    explanation = first.removeprefix("Return ")  # a docstring speaks to whoever calls it, the page to a learner
    explanation = explanation[:1].upper() + explanation[1:]
    said |= {"More": more, "Returns": said.get("Returns", "").removeprefix("float, ")}
    headings = {"More": _("More"), "Returns": _("Value"), "Edge cases": _("Edge cases"), "Source": _("Source")}
    return MetricWords(
        use.name,
        metric.title,
        explanation,
        str(metric.better),
        metric.best,
        parts=[_part(part) for part in use.parts],
        details=[(heading, " ".join(said[name].split())) for name, heading in headings.items() if said.get(name)],
    )


def _part(part: Part) -> str:
    title = f"{part.metric.name} ({metric_of(part.metric).title})"
    if part.passes is not None:
        return _("%(metric)s must be %(value)g or better") % {"metric": title, "value": part.passes}
    weight = 1 if part.weight is None else part.weight
    return _("%(metric)s as a share of the way from no skill to the best, weight %(weight)g") % {
        "metric": title,
        "weight": weight,
    }


def _limits(paper: Paper) -> list[tuple[str, str]]:
    spec = paper.spec
    rows = [(_("File"), f"{words.max_mb(spec):g} MB"), (_("Submissions a day"), str(spec.board.per_day))]
    program = spec.program
    if program is not None:
        size = Size(paper.edition.size)
        rows += [
            (_("Time"), f"{program.wall_s.of(size):g} s"),
            (_("Memory"), f"{program.memory_mb} MB"),
            (_("Processors"), f"{program.cpus:g}"),
            (_("Output"), f"{program.output_mb} MB"),
            (_("Graphics card"), str(program.gpu)),
            (_("Network"), _("none")),
        ]
        if program.banned_imports:
            rows.append((_("Banned imports"), ", ".join(program.banned_imports)))
    return rows
