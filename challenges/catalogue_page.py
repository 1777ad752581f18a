"""The catalogue -> docs/challenges.md: every challenge with its rows, its picture, what it trains, how it was designed.

    python -m challenges.catalogue_page           write docs/challenges.md
    python -m challenges.catalogue_page --check   exit status 1 where it is out of date

Nothing is said here that a challenge.yaml, a statement or a roadmap does not say.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

from challenges.errors import InvalidChallenge
from challenges.loader import Challenge, load, slugs
from challenges.made_page import DOCS, MadePage, anchor, escaped
from challenges.metrics.registry import METRICS
from challenges.roadmaps.loader import Atlas, atlas
from challenges.roadmaps.spec import Roadmap
from challenges.spec import Level, MetricUse

PAGE = DOCS / "challenges.md"
COMMAND = "python -m challenges.catalogue_page"
CATALOG = "../challenges/catalog"
"""As a link of the page says it."""
TRAINS = re.compile(r"^## What it trains\n\n(?P<text>.+?)(?:\n\n|\n*\Z)", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def page() -> str:
    """Return the whole page."""
    challenges = {slug: load(slug) for slug in slugs()}
    tables = (line for roadmap in atlas().roadmaps for line in _table(roadmap, atlas(), challenges))
    told = (line for challenge in challenges.values() for line in _section(challenge))
    return "\n".join([*_head(len(challenges)), *tables, "## Each challenge\n", *told])


def trains(statement: str) -> str:
    """Return the first sentence of what a statement says that the challenge trains."""
    found = TRAINS.search(statement)
    if found is None:
        raise InvalidChallenge("statement.md: no section '## What it trains', which names the tasks that it serves")
    return SENTENCE.split(" ".join(found["text"].split()))[0]


def _head(count: int) -> Iterator[str]:
    yield "# Challenges\n"
    yield f"Made from `challenges/catalog` by `{COMMAND}`; a change there is written here by that command alone.\n"
    yield f"{count} challenges, each by the rows of the roadmaps that it serves. Which rows have none yet, says"
    yield "`python manage.py coverage`. A challenge that serves two roadmaps stands in both.\n"


def _table(roadmap: Roadmap, rows: Atlas, challenges: Mapping[str, Challenge]) -> Iterator[str]:
    """Yield the challenges of a roadmap by the level that it gives them, in its own order."""
    yield f"## {roadmap.title}\n"
    yield "| Level | Challenge | Slug | Rows | Kind | Decided by | Domain |\n|---|---|---|---|---|---|---|"
    for level in Level:
        served: dict[str, list[str]] = {}
        for row in roadmap.rows:
            if row.level is level and (slug := rows.challenge_of(row)) in challenges:
                served.setdefault(slug, []).append(row.id)
        for slug, ids in served.items():
            spec = challenges[slug].spec
            yield (
                f"| {level.value} | [{escaped(spec.title)}](#{anchor(spec.title)}) | `{slug}` | {', '.join(ids)} "
                f"| {spec.kind.value} | {_decided_by(spec.metric.primary)} | {spec.domain} |"
            )
    yield ""


def _decided_by(metric: MetricUse) -> str:
    """Return the metric, or of a composite each metric of its parts once."""
    parts = dict.fromkeys(_linked(part.metric) for part in metric.parts)
    return f"{metric.id}: {', '.join(parts)}" if parts else _linked(metric)


def _linked(metric: MetricUse) -> str:
    return f"[{metric.id}](metrics.md#{metric.id})" if metric.id in METRICS else metric.id


def _section(challenge: Challenge) -> Iterator[str]:
    spec, folder = challenge.spec, f"{CATALOG}/{challenge.folder.name}"
    yield f"### {escaped(spec.title)}\n"
    yield f"[`{spec.slug}`]({folder}), {', '.join(spec.roadmap)}. {escaped(spec.summary)}\n"
    yield f"![{escaped(spec.picture)}]({folder}/picture.webp)\n"
    yield f"*What it trains.* {trains(challenge.statement)}\n"
    if spec.design is not None:
        yield f"*Built otherwise than planned.* {escaped(' '.join(spec.design.split()))}\n"


if __name__ == "__main__":
    sys.exit(MadePage(PAGE, page, COMMAND).main())
