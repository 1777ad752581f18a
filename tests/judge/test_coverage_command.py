import io

from django.core.management import call_command


def test_coverage_lists_every_row_and_the_totals_of_each_roadmap() -> None:
    out = io.StringIO()
    call_command("coverage", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]

    assert ["V-02", "live", "beginner", "iris-new-meadow", "Iris", "classification"] in lines
    assert ["V-04", "shared", "beginner", "with", "ML-02", "titanic-survival", "Titanic", "survival"] in lines
    sums = {line[0]: [int(number) for number in line[-4:]] for line in lines[lines.index([]) + 3 :]}
    assert {name: counts[0] for name, counts in sums.items()} == {
        "video": 22,
        "article": 25,
        "ninety": 90,
        "Machine": 30,
        "Deep": 30,
        "Computer": 30,
        "topics": 19,
        "all": 156,
    }
    assert all(rows == live + shared + missing for rows, live, shared, missing in sums.values())
