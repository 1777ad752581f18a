"""The picture of a challenge: on its card, on its page, in what other sites show of a link to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from challenges.loader import load
from judge.models import Edition
from web.pages import pictures

Browse = Callable[..., Any]
IRIS = "/challenges/iris-new-meadow/"
SEEN = (
    "A meadow of 150 small irises in orange, blue and red, each drawn with its own petals and sepals and placed by"
    " their measures."
)
SEEN_IN_CHINESE = "一片草地上的 150 朵小鸢尾花，分橙、蓝、红三色，每朵按自己的花瓣和萼片画出，并按尺寸排位。"


@pytest.fixture
def other_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let all challenges have the picture of this file, which is not there yet."""
    path = tmp_path / "picture.webp"
    monkeypatch.setattr("challenges.loader.Challenge.picture", path)
    return path


def shown(page: Any) -> dict[str, str]:
    (image,) = page.all("img", **{"class": "picture"})
    return {name: value or "" for name, value in image.items()}


@pytest.mark.parametrize("path", ["/", IRIS])
def test_card_and_page_show_the_picture_with_its_size_and_what_is_seen(
    edition: Edition, browse: Browse, path: str
) -> None:
    image = shown(browse().get(path))
    assert (image["width"], image["height"]) == ("960", "540")
    assert image["alt"] == SEEN
    assert browse().raw(image["src"]).content == load("iris-new-meadow").picture.read_bytes()


def test_a_picture_of_the_list_is_fetched_when_it_comes_into_sight(edition: Edition, browse: Browse) -> None:
    assert shown(browse().get("/"))["loading"] == "lazy"


def test_what_is_seen_is_told_in_the_readers_language(edition: Edition, browse: Browse) -> None:
    browser = browse()
    browser.client.cookies["django_language"] = "zh-hans"
    assert shown(browser.get(IRIS))["alt"] == SEEN_IN_CHINESE


def test_a_picture_may_be_kept_for_good_because_its_address_changes_with_it(edition: Edition, browse: Browse) -> None:
    address = shown(browse().get(IRIS))["src"]
    response = browse().raw(address)
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    tag = response["ETag"]
    assert tag.strip('"') in address
    again = browse().client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_address_of_an_older_picture_leads_to_the_newest(edition: Edition, browse: Browse) -> None:
    response = browse().raw(f"{IRIS}picture-0123456789abcdef.webp")
    assert response.status_code == 302
    assert response["Location"] == shown(browse().get(IRIS))["src"]


def test_another_picture_has_another_address(edition: Edition, browse: Browse, other_picture: Path) -> None:
    before = pictures.picture_of(load("iris-new-meadow"))
    assert before is None
    pictures._digest.cache_clear()
    other_picture.write_bytes(b"one")
    assert shown(browse().get(IRIS))["src"] == f"{IRIS}picture-7692c3ad3540bb80.webp"  # echo -n one | sha256sum


def test_a_challenge_without_a_picture_has_a_card_and_a_page_all_the_same(
    edition: Edition, browse: Browse, other_picture: Path
) -> None:
    for path in ("/", IRIS):
        page = browse().get(path)
        assert page.status == 200
        assert page.all("img") == []
    assert browse().get(f"{IRIS}picture-0123456789abcdef.webp").status == 404


def test_a_link_to_a_challenge_can_be_shown_with_title_summary_and_picture(edition: Edition, browse: Browse) -> None:
    page = browse().get(IRIS)
    said = {meta["property"]: meta["content"] for meta in page.all("meta") if "property" in meta}
    assert said == {
        "og:type": "website",
        "og:site_name": "Judge",
        "og:title": "Irises of a new meadow",
        "og:description": "Name the species of 6000 irises from four measurements, with 150 labelled flowers to learn"
        " from.",
        "og:url": f"http://testserver{IRIS}",
        "og:image": f"http://testserver{shown(page)['src']}",
        "og:image:type": "image/webp",
        "og:image:width": "960",
        "og:image:height": "540",
        "og:image:alt": SEEN,
    }


def test_a_challenges_page_with_its_picture_stays_under_a_hundred_kilobytes(edition: Edition, browse: Browse) -> None:
    browser = browse()
    page = browser.get(IRIS)
    links = [tag["href"] for tag in page.all("link", rel="stylesheet")] + [tag["src"] for tag in page.all("script")]
    static = Path(__file__).resolve().parents[3] / "web" / "static"
    styles_and_scripts = sum((static / str(link).removeprefix("/static/")).stat().st_size for link in links)
    picture = len(browser.raw(shown(page)["src"]).content)
    assert len(page.html.encode()) + styles_and_scripts + picture < 100_000
