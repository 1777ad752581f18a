"""The lines of a board as HTML, written here and not in a template: a page has 50 of them, with ten values each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from challenges.spec import ChallengeSpec
from judge.tiers import Tier
from web.pages.standings import AnchorLine, Bar, TeamLine
from web.pages.tags import margin, score, tier_code, tier_words, when

TEAM = """
    <tr{mark}>
      <td class="num rank">{rank}</td>
      <th scope="row">{name}{tags}</th>
      <td class="num score">{score}</td>
      <td class="num">{margin}</td>
      <td class="bar">{bar}</td>{more}
      <td>{medal}</td>
    </tr>"""

MORE = """
      <td class="num">{}</td>
      <td>{}</td>"""

BAR = '<svg viewBox="0 0 100 12" role="img" aria-label="{}"><path d="{}"/><circle cx="{}" cy="6" r="3"/></svg>'

ANCHOR = """
    <tr class="anchor mark-{name}">
      <td class="num rank"><span class="visually-hidden">{no_rank}</span></td>
      <th scope="row">{label} <small>{meaning}</small></th>
      <td class="num score">{score}</td>
      <td class="num">{margin}</td>
      <td colspan="{span}"><small>{no_team}</small></td>
    </tr>"""

NOTHING = SafeString()
HOST, ME = SafeString(' class="host"'), SafeString(' id="me" class="me"')


def html_of(
    lines: Sequence[TeamLine | AnchorLine], spec: ChallengeSpec, *, own_team_id: int | None = None, brief: bool = False
) -> SafeString:
    """Return the rows of a table's body, the visitor's own marked; brief ones leave out entries and the moment."""
    rows = [
        _team(line, spec, own=line.team_id == own_team_id, brief=brief)
        if isinstance(line, TeamLine)
        else _anchor(line, spec, brief=brief)
        for line in lines
    ]
    return mark_safe("".join(rows))  # noqa: S308  (each of them is safe already)


def _team(line: TeamLine, spec: ChallengeSpec, *, own: bool, brief: bool) -> SafeString:
    tags, mark = NOTHING, NOTHING
    if line.host:
        tags, mark = format_html(' <span class="tag">{}</span>', _("baseline")), HOST
    if own:
        tags, mark = tags + format_html(' <span class="tag me">{}</span>', _("you")), ME
    return format_html(
        TEAM,
        mark=mark,
        rank=_rank(line),
        name=line.name,
        tags=tags,
        score=score(line.score, spec),
        margin=margin(line.standard_error, spec),
        bar=_bar(line.bar, digits=spec.metric.primary.digits),
        more=NOTHING if brief else format_html(MORE, line.entries, when(line.reached)),
        medal=NOTHING if line.medal is None else _medal(line.medal),
    )


def _rank(line: TeamLine) -> SafeString | str:
    if line.shared_rank == line.place:
        return str(line.place)
    told = _("shares rank %(rank)s; place %(place)s by score") % {"rank": line.shared_rank, "place": line.place}
    return format_html('<abbr class="level-mark" title="{}">={}</abbr>', told, line.shared_rank)


def _bar(bar: Bar | None, *, digits: int) -> SafeString:
    if bar is None:
        return NOTHING
    ends = {"low": f"{bar.ends.low:.{digits}f}", "high": f"{bar.ends.high:.{digits}f}"}
    return format_html(BAR, _("95 %% interval %(low)s to %(high)s") % ends, bar.path, bar.middle)


def _medal(medal: Tier) -> SafeString:
    return format_html('<span class="tier tier-{}">{}</span>', tier_code(medal), tier_words(medal))


def _anchor(line: AnchorLine, spec: ChallengeSpec, *, brief: bool) -> SafeString:
    return format_html(
        ANCHOR,
        name=line.name,
        no_rank=_("no rank"),
        label=line.label,
        meaning=line.meaning,
        score=score(line.value, spec),
        margin=margin(line.standard_error, spec),
        span=2 if brief else 4,
        no_team=_("not a team"),
    )
