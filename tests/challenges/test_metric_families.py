from challenges.metric_families import FAMILIES, Family, family_of
from challenges.metrics.registry import METRICS
from challenges.metrics_page import by_family


def test_every_heading_of_the_registry_has_a_family_and_every_family_a_heading() -> None:
    assert set(FAMILIES) == set(by_family())
    assert set(FAMILIES.values()) == set(Family)


def test_a_metric_is_found_in_its_family() -> None:
    assert family_of("accuracy") is Family.CLASSES
    assert family_of("wer") is Family.TEXTS
    assert family_of("idf1") is Family.PICTURES


def test_every_metric_has_a_family() -> None:
    assert {metric for metric in METRICS if not isinstance(family_of(metric), Family)} == set()
