"""Names of passengers: minted surnames, titles that fit age and marriage, given names of the time."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from challenges.catalog.titanic_survival.parties import ADULT_AGE, Person, Role

# ruff: noqa: SIM905 - a list literal would take a line for every name
_STARTS = (
    "Al Bar Ben Bir Bos Bran Car Col Dal Dor Ed El Far Fen Gar Gil Hal Har Hen Hol Is Jan Kel Kar Lan Lin Mar Mor "
    "Nor Ol Os Pen Per Ran Ros Sal Sor Stan Tor Tre Ul Van Var Wes Wil Wyn"
).split()
_MIDDLES = ["", "a", "e", "er", "in", "o", "ing"]
_ENDS = "by dale den der feld gaard ham ic kin land ley low man mund quist sen ski son stad ston ton ville well".split()

_MEN = (
    "Albert Alfred Andrew Anton Arthur Benjamin Bernard Bertram Carl Cecil Charles Christian Daniel David Edgar Edward "
    "Elias Emil Ernest Eugene Francis Frank Frederick George Gustaf Hans Harold Henry Herbert Hugh Isaac Ivan Jacob "
    "James Johan John Joseph Karl Lars Leonard Leo Louis Martin Matthew Maurice Michael Nicholas Olaf Oscar Patrick "
    "Percy Peter Philip Ralph Richard Robert Samuel Sidney Stephen Theodore Thomas Victor Walter William"
).split()
_WOMEN = (
    "Ada Adele Agnes Alice Amelia Anna Annie Beatrice Bertha Bridget Caroline Catherine Cecilia Charlotte Clara "
    "Constance Cora Dora Dorothy Edith Eleanor Eliza Elizabeth Ella Ellen Elsie Emily Emma Esther Ethel Eva Florence "
    "Frances Gertrude Grace Hannah Harriet Helen Helga Hilda Ida Irene Jane Jessie Johanna Josephine Julia Kate Laura "
    "Lillian Louise Lucy Mabel Madeleine Margaret Maria Marion Martha Mary Maud Nora Olga Ruth Sarah Selma Sophie "
    "Susan Wilhelmina"
).split()

SURNAMES = 1_500
COMMON_RANK = 60
"""The larger, the more even: the commonest surname is borne by about one party in 200, and says little of kinship."""


def name_passengers(people: list[Person], rng: np.random.Generator) -> list[str]:
    """Return one name a person, such as `Kelinton, Mrs. Oscar (Clara Maud)`; a family shares its surname."""
    surnames = _surnames(rng)
    weights = 1 / (np.arange(len(surnames)) + COMMON_RANK)
    weights /= weights.sum()
    families = {key: str(rng.choice(surnames, p=weights)) for key in dict.fromkeys(person.family for person in people)}
    husbands: dict[int, str] = {}
    names = []
    for person in people:
        given = _given(_WOMEN if person.female else _MEN, rng)
        if person.role is Role.HUSBAND:
            husbands[person.family] = given
        names.append(f"{families[person.family]}, {_title_and_given(person, given, husbands, rng)}")
    return names


def _surnames(rng: np.random.Generator) -> NDArray[np.str_]:
    every = ["".join(parts) for parts in product(_STARTS, _MIDDLES, _ENDS)]
    return rng.choice(np.array(every), size=SURNAMES, replace=False)


def _given(pool: list[str], rng: np.random.Generator) -> str:
    picked = rng.choice(len(pool), size=1 + int(rng.random() < 0.4), replace=False)
    return " ".join(pool[index] for index in picked)


def _title_and_given(person: Person, given: str, husbands: dict[int, str], rng: np.random.Generator) -> str:
    if not person.female:
        return f"{_man_title(person, rng)}. {given}"
    if person.age >= ADULT_AGE and person.pclass == 1 and rng.random() < 0.012:
        return f"Countess. {given}"
    if person.role is Role.WIFE:
        return f"Mrs. {husbands[person.family]} ({given})"
    # A woman who travels without her husband is named after him all the same; some of them are widows.
    married = person.role is Role.PARENT or (person.age >= 30 and rng.random() < 0.35)
    return f"Mrs. {_given(_MEN, rng)} ({given})" if married else f"Miss. {given}"


def _man_title(person: Person, rng: np.random.Generator) -> str:
    if person.age < ADULT_AGE:
        return "Master" if person.age < 13 else "Mr"
    draw = rng.random()
    if person.pclass == 1:
        return "Capt" if draw < 0.03 else "Dr" if draw < 0.06 else "Mr"
    if person.pclass == 2:
        return "Rev" if draw < 0.04 else "Dr" if draw < 0.06 else "Mr"
    return "Mr"
