from judge.models import Edition
from web.pages.scale import scale_of


def edition(slug: str, **values: float) -> Edition:
    anchors = {name: {"value": value, "standard_error": 0.01} for name, value in values.items()}
    return Edition(slug=slug, anchors=anchors)


def test_better_is_always_to_the_right() -> None:
    higher = scale_of(edition("iris-new-meadow", floor=0.3, baseline=0.8, ceiling=1.0))
    assert higher is not None
    assert [mark.name for mark in higher.marks] == ["floor", "baseline", "ceiling"]
    assert [mark.x for mark in higher.marks] == [25, 704, 975]  # 25 + 950 * (0.8 - 0.3) / 0.7 = 703.57


def test_marks_that_would_print_over_each_other_are_lifted() -> None:
    scale = scale_of(edition("iris-new-meadow", floor=0.0, reference=0.99, ceiling=1.0))
    assert scale is not None
    assert [mark.lift for mark in scale.marks] == [0, 0, 1]


def test_a_score_off_the_scale_stays_in_the_drawing() -> None:
    scale = scale_of(edition("iris-new-meadow", floor=0.3, ceiling=0.9), own=0.01)
    assert scale is not None
    assert scale.own is not None
    assert scale.own.x == 6  # 2 % of the ruler's 950 units left of its beginning at 25
    assert scale.own.value == 0.01


def test_one_anchor_makes_no_scale() -> None:
    assert scale_of(edition("iris-new-meadow", floor=0.3)) is None
    assert scale_of(edition("iris-new-meadow")) is None
