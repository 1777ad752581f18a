import pytest

from web.pages.markdown import render


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


def test_links_to_other_sites_tell_them_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in render("[x](https://example.org)")
