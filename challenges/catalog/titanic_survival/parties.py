"""Who travels together: parties of one class, one port, one ticket and one deck.

type        role of its members                             sibsp, parch
single      one adult                                       0, 0
couple      husband, wife                                   1, 0
family      husband, wife, 1-6 children                     1, children | children - 1, 2
parent      a parent alone with 1-3 children                0, children | children - 1, 1
friends     2-4 adults who are not related                  0, 0        (the ticket is all that shows it)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

CLASSES = (1, 2, 3)
CLASS_SHARES = (0.22, 0.22, 0.56)
PORTS = ("A", "D", "K", "V")
PORT_SHARES = {1: (0.30, 0.02, 0.60, 0.08), 2: (0.10, 0.05, 0.75, 0.10), 3: (0.12, 0.22, 0.54, 0.12)}

PARTY_TYPES = ("single", "couple", "family", "friends", "parent")
PARTY_SHARES = (0.57, 0.13, 0.14, 0.09, 0.07)
MALE_ALONE = {1: 0.70, 2: 0.70, 3: 0.78}

ADULT_AGE = 16
AGE_MEAN = {1: 39.0, 2: 31.0, 3: 27.0}
AGE_SD = {1: 13.0, 2: 11.0, 3: 9.5}

DECKS = "ABCDEFG"
DECK_SHARES = {
    1: (0.14, 0.28, 0.34, 0.16, 0.08, 0, 0),
    2: (0, 0, 0, 0.22, 0.36, 0.42, 0),
    3: (0, 0, 0, 0, 0.12, 0.38, 0.50),
}
FARE_MEDIAN = {1: 34.0, 2: 12.5, 3: 7.6}
FARE_LOG_SD = {1: 0.45, 2: 0.22, 3: 0.18}
FARE_PER_DECK = 0.12
"""Log fare of one deck up: the rich pay for height, so that fare, class and deck tell much of one another."""
FREE_PASSAGE = 0.012
"""Share of single men who travel as guests of the crew, fare 0."""


class Role(StrEnum):
    HUSBAND = "husband"
    WIFE = "wife"
    PARENT = "parent"
    CHILD = "child"
    ADULT = "adult"


@dataclass(frozen=True, kw_only=True)
class Party:
    """People on one ticket."""

    pclass: int
    port: str
    deck: int
    """0 for A, the highest, to 6 for G."""
    cabin: str
    odd_side: bool
    ticket: str
    fare: float
    """Price of the ticket, for all of them together."""


@dataclass(frozen=True, kw_only=True)
class Person:
    party: int
    family: int
    """Persons of one family share their surname."""
    role: Role
    pclass: int
    female: bool
    age: float
    sibsp: int
    parch: int


@dataclass(frozen=True, kw_only=True)
class Ship:
    """All passengers, party by party."""

    parties: list[Party]
    people: list[Person]


def board(passengers: int, rng: np.random.Generator) -> Ship:
    """Return a ship with exactly `passengers` people on it; single travellers fill the last berths."""
    parties: list[Party] = []
    people: list[Person] = []
    tickets: set[str] = set()
    families = 0
    while len(people) < passengers:
        pclass = int(rng.choice(CLASSES, p=CLASS_SHARES))
        kind = PARTY_TYPES[int(rng.choice(len(PARTY_TYPES), p=PARTY_SHARES))]
        members = _members(kind, pclass, rng)
        if len(people) + len(members) > passengers:
            kind, members = "single", _members("single", pclass, rng)
        parties.append(_party(pclass, members, tickets, rng))
        for role, female, age, sibsp, parch in members:
            families += not people or people[-1].party != len(parties) - 1 or kind == "friends"
            people.append(
                Person(
                    party=len(parties) - 1,
                    family=families,
                    role=role,
                    pclass=pclass,
                    female=female,
                    age=age,
                    sibsp=sibsp,
                    parch=parch,
                )
            )
    return Ship(parties=parties, people=people)


Member = tuple[Role, bool, float, int, int]
"""role, female, age, sibsp, parch"""


def _members(kind: str, pclass: int, rng: np.random.Generator) -> list[Member]:
    if kind == "single":
        return [(Role.ADULT, rng.random() > MALE_ALONE[pclass], _adult_age(pclass, rng), 0, 0)]
    if kind == "friends":
        count = int(rng.choice([2, 3, 4], p=[0.6, 0.28, 0.12]))
        female = rng.random() > 0.65  # friends of one sex share a cabin
        return [(Role.ADULT, female, _adult_age(pclass, rng), 0, 0) for _ in range(count)]
    if kind == "parent":
        count = int(rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15]))
        mother = rng.random() < 0.75
        ages = _children_ages(count, rng)
        parent_age = _parent_age(ages, rng)
        return [(Role.PARENT, mother, parent_age, 0, count), *_children(ages, parents=1, rng=rng)]
    count = 0 if kind == "couple" else int(rng.choice([1, 2, 3, 4, 5, 6], p=_family_shares(pclass)))
    ages = _children_ages(count, rng)
    wife_age = _parent_age(ages, rng) if count else max(_adult_age(pclass, rng), 18.0)
    husband_age = max(float(np.round(wife_age + rng.normal(3, 4))), 18.0)
    parents: list[Member] = [
        (Role.HUSBAND, False, husband_age, 1, count),
        (Role.WIFE, True, wife_age, 1, count),
    ]
    return parents + _children(ages, parents=2, rng=rng)


def _family_shares(pclass: int) -> tuple[float, ...]:
    """Return how often a family of the class has 1, 2, .. 6 children; the poor have more."""
    return (0.25, 0.22, 0.18, 0.15, 0.12, 0.08) if pclass == 3 else (0.48, 0.32, 0.14, 0.06, 0, 0)


def _children_ages(count: int, rng: np.random.Generator) -> list[float]:
    """Return ages below 17; babies are given in twelfths of a year, as pursers wrote them."""
    ages = rng.uniform(0.2, 16.5, size=count)
    return [float(np.round(np.ceil(age * 12) / 12, 2)) if age < 1 else float(np.floor(age)) for age in ages]


def _children(ages: list[float], *, parents: int, rng: np.random.Generator) -> list[Member]:
    return [(Role.CHILD, rng.random() < 0.5, age, len(ages) - 1, parents) for age in ages]


def _parent_age(children: list[float], rng: np.random.Generator) -> float:
    return float(np.round(max(children) + rng.uniform(19, 34)))


def _adult_age(pclass: int, rng: np.random.Generator) -> float:
    age = rng.normal(AGE_MEAN[pclass], AGE_SD[pclass])
    if age < ADULT_AGE:
        age = rng.uniform(ADULT_AGE, AGE_MEAN[pclass])
    return float(min(np.round(age), 79))


def _party(pclass: int, members: list[Member], tickets: set[str], rng: np.random.Generator) -> Party:
    deck = int(rng.choice(len(DECKS), p=DECK_SHARES[pclass]))
    number = int(rng.integers(1, 140))
    lone_man = len(members) == 1 and not members[0][1]
    fare = (
        FARE_MEDIAN[pclass]
        * np.exp(rng.normal(0, FARE_LOG_SD[pclass]) + FARE_PER_DECK * (_usual_deck(pclass) - deck))
        * (1 + 0.65 * (len(members) - 1))
    )
    return Party(
        pclass=pclass,
        port=str(rng.choice(PORTS, p=PORT_SHARES[pclass])),
        deck=deck,
        cabin=f"{DECKS[deck]}{number}",
        odd_side=number % 2 == 1,
        ticket=_ticket(tickets, rng),
        fare=0.0 if lone_man and rng.random() < FREE_PASSAGE else float(np.round(fare * 20) / 20),
    )


def _usual_deck(pclass: int) -> float:
    return float(np.dot(np.arange(len(DECKS)), DECK_SHARES[pclass]))


def _ticket(taken: set[str], rng: np.random.Generator) -> str:
    """Return a number that no other party has, half of them with the mark of an agency."""
    while True:
        prefix = str(rng.choice(["", "", "", "MC ", "SOC ", "A/4 ", "PK "]))
        ticket = f"{prefix}{int(rng.integers(10_000, 400_000))}"
        if ticket not in taken:
            taken.add(ticket)
            return ticket
