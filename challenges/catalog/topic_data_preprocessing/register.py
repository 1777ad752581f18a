"""Patients as they should stand in a clinic's list of one month, and the same list as it was really kept.

    draw_places(rng)  ──> postcode and town of a region that is on no map
    draw_list(..)     ──> Register: the right table, who is the same person as whom, who is ill, how likely that was
    damage.py         ──> the table with its faults, and the log of them

Lists hold people who are easily taken for one another: twins, couples and namesakes beside people entered twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.worlds.clinic import CLINICS, LABS, Region, admit, logit

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

COLUMNS = (
    "clinic", "visit_date", "name", "sex", "birth_date", "age", "postcode", "town", "pack_years", "rest_bp",
    "cholesterol", "glucose", "chest_pain", "max_hr", "exercise_angina", "st_depression", "slope", "thallium",
)  # fmt: skip
YEAR = 2031
PLACES = 40
DOUBLED, TREBLED = 0.10, 0.02
LOOKALIKES = 4
"""Pairs of twins, of couples and of namesakes in a list, each."""
MOVED, MARRIED = 0.15, 0.2
"""Of the lines of somebody entered again: another home; of women's, another family name."""
EXTREMES = 0.01
EXTREME = {"rest_bp": (196, 219), "cholesterol": (430, 590), "glucose": (260, 390)}
"""Rare and real: values that a rule of three standard deviations would throw away."""
PLAUSIBLE = {
    "pack_years": (0, 150), "rest_bp": (80, 220), "cholesterol": (90, 600), "glucose": (50, 400), "max_hr": (60, 210),
    "st_depression": (0, 8),
}  # fmt: skip

WOMEN = (
    "Ada", "Berta", "Clara", "Dora", "Edith", "Flora", "Greta", "Hanna", "Irma", "Julia", "Klara", "Lena", "Martha",
    "Nora", "Olga", "Paula", "Rosa", "Selma", "Thea", "Vera",
)  # fmt: skip
MEN = (
    "Anton", "Bruno", "Carl", "David", "Emil", "Felix", "Georg", "Henrik", "Ivan", "Jakob", "Konrad", "Leon",
    "Martin", "Nils", "Oskar", "Peter", "Robert", "Simon", "Theo", "Viktor",
)  # fmt: skip
SURNAMES = (
    "Abel", "Arndt", "Bauer", "Beck", "Berger", "Brandt", "Carlsen", "Dahl", "Ebner", "Engel", "Falk", "Fischer",
    "Frank", "Garten", "Gruber", "Hahn", "Hartmann", "Heller", "Holm", "Huber", "Jansen", "Jung", "Keller", "Kern",
    "Klein", "Kraus", "Lang", "Larsen", "Lehmann", "Lindner", "Maurer", "Mertens", "Moser", "Nagel", "Neumann",
    "Olsen", "Ott", "Peters", "Pohl", "Rath", "Reiter", "Ritter", "Roth", "Sander", "Schilling", "Seidel", "Sommer",
    "Stein", "Thal", "Ulrich", "Vogel", "Wagner", "Weber", "Winter", "Zeller",
)  # fmt: skip
BEGINNINGS = ("Alder", "Brook", "Clay", "Dun", "Elm", "Fern", "Glen", "Hazel", "Iron", "Kings", "Long", "Mill")
ENDINGS = ("bridge", "ford", "field", "haven", "mouth", "stead", "wick", "worth")


@dataclass(frozen=True, kw_only=True)
class Register:
    """One clinic's list of one month; arrays have one entry a line."""

    table: pd.DataFrame
    """What should stand there, every cell a text; empty where it is not known."""
    entity: NDArray[np.int64]
    ill: Flags
    log_odds: Numbers
    """Of the illness, for somebody who knows all about the patient."""


def draw_places(rng: np.random.Generator) -> pd.DataFrame:
    """Return `postcode` and `town`; a town may have several postcodes, a postcode has one town."""
    names = np.array([beginning + ending for beginning in BEGINNINGS for ending in ENDINGS])
    codes = rng.choice(np.arange(10_000, 100_000), size=PLACES, replace=False).astype(str)
    towns = rng.choice(rng.permutation(names)[: PLACES * 3 // 4], size=PLACES)
    return pd.DataFrame({"postcode": codes, "town": towns}).sort_values("postcode", ignore_index=True)


def draw_list(region: Region, places: pd.DataFrame, people: int, rng: np.random.Generator) -> Register:
    """Return the list of one clinic and one month, in random order."""
    clinic = int(rng.integers(len(CLINICS)))
    patients, burden = admit(region, np.full(people, clinic), rng)
    log_odds = logit(region, patients, burden)
    ill = rng.random(people) < 1 / (1 + np.exp(-log_odds))
    ill[np.argmax(log_odds)] |= not ill.any()
    month = int(rng.integers(1, 13))
    table = _with_names(patients, places, month, rng)
    _make_lookalikes(table, rng)
    _make_extremes(table, rng)
    twice = np.flatnonzero(rng.random(people) < DOUBLED)
    thrice = twice[rng.random(len(twice)) < TREBLED / DOUBLED]
    entity = np.concatenate([np.arange(people), twice, thrice])
    again = _entered_again(table.iloc[np.concatenate([twice, thrice])], places, rng)
    table = pd.concat([table, again], ignore_index=True)
    table["age"] = [_years(born, seen) for born, seen in zip(table["birth_date"], table["visit_date"], strict=True)]
    table["clinic"] = CLINICS[clinic]
    order = rng.permutation(len(table))
    return Register(
        table=_as_text(_with_blanks(table, rng)).iloc[order].reset_index(drop=True),
        entity=entity[order],
        ill=ill[entity][order],
        log_odds=log_odds[entity][order],
    )


def _with_names(patients: pd.DataFrame, places: pd.DataFrame, month: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the patients as people with a name, a home, a day of birth and a day on which they came."""
    count = len(patients)
    table = patients.drop(columns=["vessels", "troponin", *_labs_of(patients)])
    table["chest_pain"] = table["chest_pain"].replace("none", "painless")
    for column, (low, high) in PLAUSIBLE.items():
        table[column] = table[column].clip(low, high)
    days = (date(YEAR + month // 12, month % 12 + 1, 1) - date(YEAR, month, 1)).days
    table["visit_date"] = [date(YEAR, month, 1) + timedelta(int(day)) for day in rng.integers(0, days, count)]
    table["birth_date"] = [
        _birthday(seen, int(age), int(day))
        for seen, age, day in zip(table["visit_date"], patients["age"], rng.integers(1, 364, count), strict=True)
    ]
    first = np.where(patients["sex"] == "male", rng.choice(MEN, count), rng.choice(WOMEN, count))
    table["name"] = [f"{given} {family}" for given, family in zip(first, rng.choice(SURNAMES, count), strict=True)]
    home = rng.choice(len(places), size=count, p=rng.dirichlet(np.full(len(places), 1.0)))
    return table.assign(postcode=places["postcode"].to_numpy()[home], town=places["town"].to_numpy()[home])


def _labs_of(patients: pd.DataFrame) -> list[str]:
    return [column for column in patients.columns if column in LABS]


def _make_lookalikes(table: pd.DataFrame, rng: np.random.Generator) -> None:
    """Make some people twins, couples and namesakes of others, in place; nobody is two of these."""
    free = rng.permutation(len(table)).tolist()
    people: dict[str, list[Any]] = {column: table[column].tolist() for column in table.columns}

    def pair(alike: str | None, unlike: str | None = None) -> tuple[int, int] | None:
        for a, b in combinations(free, 2):
            same = alike is None or people[alike][a] == people[alike][b]
            if same and (unlike is None or people[unlike][a] != people[unlike][b]):
                free.remove(a)
                free.remove(b)
                return a, b
        return None

    for _ in range(LOOKALIKES):
        for kind, alike in (("twins", "age"), ("couple", None), ("namesakes", "sex")):
            found = pair(alike, "sex" if kind == "couple" else None)
            if found is None:
                continue
            a, b = found
            given, family = people["name"][b].split()[0], people["name"][a].split()[1]
            if kind == "twins" and given[0] == people["name"][a][0]:
                continue  # an initial must tell the two apart
            people["name"][b] = people["name"][a] if kind == "namesakes" else f"{given} {family}"
            shared = {"twins": ("birth_date", "visit_date", "postcode", "town"), "couple": ("postcode", "town")}
            for column in shared.get(kind, ()):
                people[column][b] = people[column][a]
    for column in ("name", "birth_date", "visit_date", "postcode", "town"):
        table[column] = people[column]


def _make_extremes(table: pd.DataFrame, rng: np.random.Generator) -> None:
    for column, (low, high) in EXTREME.items():
        struck = rng.random(len(table)) < EXTREMES
        table.loc[struck, column] = rng.integers(low, high + 1, size=int(struck.sum()))


def _entered_again(table: pd.DataFrame, places: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the same people on another line: some have married or moved, all are measured anew."""
    again = table.reset_index(drop=True).copy()
    married = ((rng.random(len(again)) < MARRIED) & (again["sex"] == "female")).tolist()
    names = [
        f"{name.split()[0]} {rng.choice(SURNAMES)}" if new else name
        for name, new in zip(again["name"], married, strict=True)
    ]
    again["name"] = [_written_another_way(name, rng) for name in names]
    moved = (rng.random(len(again)) < MOVED) & ~np.array(married, dtype=np.bool_)
    home = places.iloc[rng.integers(len(places), size=len(again))].reset_index(drop=True)
    for column in ("postcode", "town"):
        again[column] = again[column].mask(moved, home[column])
    for column, sd in (("rest_bp", 4), ("max_hr", 4)):
        low, high = PLAUSIBLE[column]
        again[column] = np.clip(again[column] + np.round(rng.normal(0, sd, len(again))), low, high).astype(np.int64)
    days = rng.integers(0, 8, len(again)).tolist()
    later = [seen + timedelta(wait) for seen, wait in zip(again["visit_date"], days, strict=True)]
    again["visit_date"] = [
        new if new.month == old.month else old for new, old in zip(later, again["visit_date"], strict=True)
    ]
    return again


def _written_another_way(name: str, rng: np.random.Generator) -> str:
    given, family = name.split()
    place = int(rng.integers(1, len(family)))
    doubled = f"{given} {family[:place]}{family[place - 1]}{family[place:]}"
    lost = f"{given} {family[:place]}{family[place + 1 :]}"
    ways = (name, f"{family}, {given}", f"{given[0]}. {family}", name.upper(), doubled, lost)
    return str(rng.choice(ways, p=[0.2, 0.2, 0.15, 0.1, 0.2, 0.15]))


def _with_blanks(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with what was never written down: by chance, for calm patients, and by heavy smokers."""
    table = table.astype(object)
    measured = [*PLAUSIBLE, "chest_pain", "exercise_angina", "slope"]
    for column in measured:
        table.loc[rng.random(len(table)) < 0.03, column] = ""
    calm = (table["exercise_angina"] == "no").to_numpy()
    table.loc[rng.random(len(table)) < np.where(calm, 0.25, 0.08), "thallium"] = ""
    heavy = pd.to_numeric(table["pack_years"]).gt(30).to_numpy()
    table.loc[rng.random(len(table)) < 0.2 * heavy, "pack_years"] = ""
    return table


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return table[list(COLUMNS)].map(str)


def _birthday(seen: date, age: int, days: int) -> date:
    """Return the day on which somebody was born who is so old and had the last birthday so many days ago."""
    last = seen - timedelta(days)
    return date(last.year - age, last.month, min(last.day, 28))


def _years(born: date, seen: date) -> int:
    return seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))
