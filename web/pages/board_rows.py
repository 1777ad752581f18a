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

SHARED = '<abbr class="level-mark" title="{}">={}</abbr>'

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
    writer = _Writer(spec, brief)
    rows = [
        writer.team(line, own=line.team_id == own_team_id) if isinstance(line, TeamLine) else writer.anchor(line)
        for line in lines
    ]
    return mark_safe("".join(rows))  # noqa: S308  (each of them is safe already)


class _Writer:
    """Writes the rows of one page; what all of them say is looked up once."""

    def __init__(self, spec: ChallengeSpec, brief: bool) -> None:
        self._spec, self._brief = spec, brief
        self._digits = spec.metric.primary.digits
        self._shares = _("shares rank %(rank)s; place %(place)s by score")
        self._interval = _("95 %% interval %(low)s to %(high)s")
        self._medals: dict[Tier, SafeString] = {}

    def team(self, line: TeamLine, *, own: bool) -> SafeString:
        tags, mark = NOTHING, NOTHING
        if line.host:
            tags, mark = format_html(' <span class="tag">{}</span>', _("baseline")), HOST
        if own:
            tags, mark = tags + format_html(' <span class="tag me">{}</span>', _("you")), ME
        return format_html(
            TEAM,
            mark=mark,
            rank=self._rank(line),
            name=line.name,
            tags=tags,
            score=SafeString(score(line.score, self._spec)),
            margin=SafeString(margin(line.standard_error, self._spec)),
            bar=self._bar(line.bar),
            more=NOTHING if self._brief else format_html(MORE, SafeString(line.entries), when(line.reached)),
            medal=self._medal(line.medal),
        )

    def anchor(self, line: AnchorLine) -> SafeString:
        return format_html(
            ANCHOR,
            name=line.name,
            no_rank=_("no rank"),
            label=line.label,
            meaning=line.meaning,
            score=score(line.value, self._spec),
            margin=margin(line.standard_error, self._spec),
            span=2 if self._brief else 4,
            no_team=_("not a team"),
        )

    def _rank(self, line: TeamLine) -> SafeString:
        if line.shared_rank == line.place:
            return SafeString(line.place)
        told = self._shares % {"rank": line.shared_rank, "place": line.place}
        return format_html(SHARED, told, SafeString(line.shared_rank))

    def _bar(self, bar: Bar | None) -> SafeString:
        if bar is None:
            return NOTHING
        ends = {"low": f"{bar.ends.low:.{self._digits}f}", "high": f"{bar.ends.high:.{self._digits}f}"}
        return format_html(BAR, self._interval % ends, SafeString(bar.path), SafeString(bar.middle))

    def _medal(self, medal: Tier | None) -> SafeString:
        if medal is None:
            return NOTHING
        if medal not in self._medals:
            said = format_html('<span class="tier tier-{}">{}</span>', tier_code(medal), tier_words(medal))
            self._medals[medal] = said
        return self._medals[medal]
