"""Statements in Markdown -> HTML that is safe whoever wrote it."""

from __future__ import annotations

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

_INLINE = ("a", "br", "code", "em", "img", "s", "strong")
_BLOCKS = ("blockquote", "div", "h2", "h3", "h4", "h5", "hr", "li", "ol", "p", "pre", "ul")
_TABLES = ("table", "tbody", "td", "th", "thead", "tr")
TAGS = frozenset((*_INLINE, *_BLOCKS, *_TABLES))
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "code": {"class"}}
ATTRIBUTES_INLINE = {name: ATTRIBUTES[name] for name in _INLINE if name in ATTRIBUTES}


@lru_cache(maxsize=256)
def render(text: str) -> SafeString:
    """Return Markdown as HTML; raw HTML is shown as text, and what Markdown itself can smuggle in is sanitised."""
    return _clean(_PARSER.render(_without_title(text)), TAGS)


@lru_cache(maxsize=256)
def render_post(text: str) -> SafeString:
    """Return what a learner wrote likewise, without pictures: one from elsewhere would tell who reads it."""
    return _clean(_PARSER.render(text), TAGS - {"img"})


def _clean(html: str, tags: frozenset[str]) -> SafeString:
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    clean = nh3.clean(
        html,
        tags=set(tags),
        attributes={**ATTRIBUTES, "div": {"class", "tabindex"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - sanitised in the line above


@lru_cache(maxsize=1024)
def render_inline(text: str) -> SafeString:
    """Return one line of Markdown, such as the cell of a table, as HTML without blocks."""
    clean = nh3.clean(
        _PARSER.renderInline(text),
        tags=set(_INLINE),
        attributes=ATTRIBUTES_INLINE,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - sanitised in the line above


def _without_title(text: str) -> str:
    """The page shows the title itself."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if first.startswith("# ") else text
