from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from web.pages.markdown import TAGS, _clean, render, render_inline, render_post


def _htmx_attributes(html: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(name for name, _ in attrs if name.startswith(("hx-", "data-hx-")))

    Reader().feed(html)
    return found


def test_a_statement_becomes_headings_tables_and_code() -> None:
    html = render("# Title\n\n## Files\n\n| a | b |\n| - | - |\n| 1 | `x` |\n")
    assert "<h1>" not in html  # the page shows the title itself
    assert "<h2>Files</h2>" in html
    assert "<td><code>x</code></td>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "```html\n<script>alert(1)</script>\n```",
        '[x](https://example.org "onmouseover=alert(1)")',
        "<style>body{display:none}</style>",
        "<iframe src=https://example.org></iframe>",
    ],
)
def test_nothing_in_a_statement_runs(text: str) -> None:
    html = render(text)
    for dangerous in (
        "<script",
        "<img src=x",
        "<style",
        "<iframe",
        'href="javascript',
        'href="data',
        'src="javascript',
    ):
        assert dangerous not in html


@pytest.mark.parametrize("written", [render, render_post, render_inline])
@pytest.mark.parametrize(
    "text",
    [
        '<a href="/" hx-get="/accounts/">x</a>',
        "<b data-hx-post=/accounts/delete/ hx-trigger=load>x</b>",
        '[x](/ "x\\" hx-get=\\"/accounts/")',
        '![x](/x.png "x\\" hx-get=\\"/accounts/ hx-trigger=load")',
        '[x](/x" hx-get=/accounts/)',
        '``` "hx-get=/accounts/\n1\n```',
        '<form hx-boost="true" hx-on:click="alert(1)">',
    ],
)
def test_no_text_gives_an_element_attributes_of_htmx(written: Callable[[str], str], text: str) -> None:
    assert _htmx_attributes(written(text)) == []


def test_attributes_of_htmx_are_found_where_html_is_let_through() -> None:
    assert _htmx_attributes('<p><a HX-get="/" data-hx-on:click="x">x</a></p>') == ["hx-get", "data-hx-on:click"]


@pytest.mark.parametrize("name", ["hx-get", "hx-post", "hx-trigger", "hx-on:click", "data-hx-get", "hx-disinherit"])
def test_the_sanitiser_alone_drops_attributes_of_htmx_too(name: str) -> None:
    """What Markdown makes today is not all that it may make tomorrow."""
    assert _htmx_attributes(_clean(f'<p {name}="/x"><a {name}="/x" href="/">x</a></p>', TAGS)) == []


def test_links_to_other_sites_tell_them_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in render("[x](https://example.org)")
