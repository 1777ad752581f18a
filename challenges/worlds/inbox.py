"""Short messages of many kinds, and spammers who change their spelling.

    family ──> skeleton ──> optional clauses, words ──> plain text ──┬── ham: slang and typing errors
                                                                     └── spam: leet, d.o.t.s, look-alike letters,
                                                                               doubled letters, padding with ham

Ham is altered about as often as spam, so that odd spelling alone is no sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from challenges.worlds import inbox_phrases as phrases

WORD = re.compile(r"[a-z]+")
GAP = re.compile(r"\{(\w+)\}")
BEFORE_ON = re.compile(r"\b(before|by|till|until) on\b")
"""`before {when}` with `on monday`."""
CLAUSE = re.compile(r"\[([^\[\]]*)\]")

HAM_SHARES = {
    "friends": 0.24, "family": 0.18, "work": 0.16, "class group": 0.10, "delivery": 0.09, "bank": 0.09, "offer": 0.08,
    "appointment": 0.06,
}  # fmt: skip
SENDERS = ("contact", "short code", "unknown number")
SENDERS_OF_FAMILY = {
    "friends": (0.85, 0.0, 0.15), "family": (0.9, 0.0, 0.1), "work": (0.7, 0.05, 0.25),
    "class group": (0.7, 0.05, 0.25), "delivery": (0.02, 0.6, 0.38), "bank": (0.02, 0.75, 0.23),
    "offer": (0.02, 0.7, 0.28), "appointment": (0.25, 0.3, 0.45),
}  # fmt: skip
SENDERS_OF_SPAM = (0.06, 0.36, 0.58)
"""Stolen phones write to their owners' friends."""
WORDS_DISGUISED = 0.6
"""Of the words that are longer than three letters, in a message that is disguised at all."""
LONG_WORDS = 0.6
"""Share of words that are longer than three letters."""
OPERATORS = ("leet", "dots", "lookalikes", "doubled")


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The secret of one edition."""

    skeletons: Mapping[str, Sequence[str]]
    """Family -> those that are in use in the first month."""
    fresh: Mapping[str, Sequence[str]]
    """Family -> those that come up later."""
    words: Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]
    """Slot -> what may fill it, and how often."""
    rates: Mapping[str, float]
    """How often a spammer uses each way of hiding, as a share of the messages; `padding` too."""
    spam_shares: Mapping[str, float]
    hours: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Message:
    family: str
    spam: bool
    plain: str
    """What was meant."""
    text: str
    """What was sent."""
    sender: str
    hour: int


def settle(rng: np.random.Generator, *, active: float = 0.6) -> Inbox:
    """Return the habits of one provider's customers and of those who bother them."""
    families = {**phrases.HAM, **phrases.SPAM, **phrases.NEW_SPAM}
    shuffled = {family: [str(one) for one in rng.permutation(known)] for family, known in families.items()}
    counts = {family: max(3, round(active * len(known))) for family, known in families.items()}
    brands = {
        "shop": [_brand(rng, 2) for _ in range(8)],
        "bank": [f"{_brand(rng, 1)}bank" for _ in range(4)],
        "courier": [f"{_brand(rng, 2)} {rng.choice(['express', 'post', 'parcel'])}" for _ in range(4)],
        "code": [f"{_brand(rng, 1)[:2]}{rng.integers(10_000, 99_999)}" for _ in range(60)],
        "pin": [f"{rng.integers(1000, 9999)}" for _ in range(80)],
        "sum": [f"{sign}{value}" for sign in ("£", "£", "") for value in (5, 8, 10, 12, 20, 25, 40, 60)],
        "big": [f"£{value}" for value in (300, 500, 750, 1000, 1500, 2000, 5000, 10000)],
        "phone": [f"0{rng.integers(700_000_000, 999_999_999)}" for _ in range(300)],
        "link": [f"{_brand(rng, 2)}.{rng.choice(['co', 'info', 'net', 'org'])}/{_brand(rng, 1)}" for _ in range(300)],
    }
    words = {
        slot: (tuple(known), rng.dirichlet(np.full(len(known), 1.5)))
        for slot, known in {**phrases.SLOTS, **brands}.items()
    }
    spam = rng.dirichlet(np.full(len(phrases.SPAM), 6.0))
    return Inbox(
        skeletons={family: known[: counts[family]] for family, known in shuffled.items()},
        fresh={family: known[counts[family] :] for family, known in shuffled.items()},
        words=words,
        rates={operator: rng.uniform(0.1, 0.4) for operator in (*OPERATORS, "padding")},
        spam_shares=dict(zip(phrases.SPAM, spam, strict=True)),
        hours={"ham": _hours(14, 4.5), "spam": _hours(rng.uniform(8, 20), 6.0)},
    )


@dataclass(frozen=True, kw_only=True)
class Times:
    """How far the world has moved on since the first month."""

    new_kinds: float = 0.0
    """Share of spam that is of a kind unknown in the first month."""
    fresh_ham: float = 0.0
    fresh_spam: float = 0.0
    """Shares of messages of the old kinds that are put in a new way."""
    pressure: float = 1.0
    """Multiplies the rates of disguise."""


FIRST_MONTH = Times()


def send(inbox: Inbox, *, spam: bool, rng: np.random.Generator, times: Times = FIRST_MONTH) -> Message:
    """Return a message."""
    if spam:
        new_share = times.new_kinds
        kinds = (*phrases.SPAM, *phrases.NEW_SPAM)
        old = [(1 - new_share) * share for share in inbox.spam_shares.values()]
        chances = [*old, *(new_share / len(phrases.NEW_SPAM) for _ in phrases.NEW_SPAM)]
    else:
        kinds, chances = tuple(HAM_SHARES), list(HAM_SHARES.values())
    family = str(rng.choice(kinds, p=chances))
    fresh = times.fresh_spam if spam else times.fresh_ham
    plain = _said(inbox, family, rng, fresh=fresh)
    if not spam and rng.random() < 0.35:
        more = _said(inbox, family, rng, fresh=fresh)
        plain = plain if more[:6] == plain[:6] else f"{plain} {more}"  # nobody says the same thing twice
    text = _hidden(inbox, plain, times.pressure, rng) if spam else _typed(plain, _alteration(inbox), rng)
    senders = SENDERS_OF_SPAM if spam else SENDERS_OF_FAMILY[family]
    return Message(
        family=family,
        spam=spam,
        plain=plain,
        text=_cased(text, rng),
        sender=str(rng.choice(SENDERS, p=senders)),
        hour=int(rng.choice(24, p=inbox.hours["spam" if spam else "ham"])),
    )


def words_of(text: str) -> set[str]:
    """Return the different words of a text, in lower case."""
    return set(WORD.findall(text.lower()))


def _said(inbox: Inbox, family: str, rng: np.random.Generator, *, fresh: float = 0.0) -> str:
    text = str(rng.choice((inbox.fresh if rng.random() < fresh else inbox.skeletons)[family]))
    while CLAUSE.search(text):
        text = CLAUSE.sub(lambda found: found[1] if rng.random() < 0.5 else "", text)

    def fill(found: re.Match[str]) -> str:
        known, chances = inbox.words[found[1]]
        return str(known[int(rng.choice(len(known), p=chances))])

    return BEFORE_ON.sub(r"\1", GAP.sub(fill, text))


def _hidden(inbox: Inbox, plain: str, pressure: float, rng: np.random.Generator) -> str:
    """Return a text as a spammer sends it: words disguised that a filter might know."""
    used = [operator for operator in OPERATORS if rng.random() < min(pressure * inbox.rates[operator], 0.9)]
    text = plain
    if used:
        text = WORD.sub(
            lambda found: (
                _disguised(found[0], str(rng.choice(used)), rng)
                if len(found[0]) > 3 and rng.random() < WORDS_DISGUISED
                else found[0]
            ),
            plain,
        )
    if rng.random() < min(pressure * inbox.rates["padding"], 0.9):
        family = str(rng.choice(("friends", "family", "work", "class group")))
        innocent = _said(inbox, family, rng)
        text = f"{innocent} {text}" if rng.random() < 0.5 else f"{text} {innocent}"
    return text


def _disguised(word: str, operator: str, rng: np.random.Generator) -> str:
    match operator:
        case "leet":
            return "".join(
                str(rng.choice(list(phrases.LEET[letter]))) if letter in phrases.LEET and rng.random() < 0.6 else letter
                for letter in word
            )
        case "dots":
            return str(rng.choice([".", "-", " ", "*"])).join(word)
        case "lookalikes":
            return "".join(phrases.LOOKALIKES.get(letter, letter) if rng.random() < 0.7 else letter for letter in word)
        case _:
            place = int(rng.integers(1, len(word)))
            return word[:place] + word[place - 1] * int(rng.integers(1, 3)) + word[place:]


def _alteration(inbox: Inbox) -> float:
    """Return the share of words that spam alters, which ham shall match."""
    untouched = np.prod([1 - inbox.rates[operator] for operator in OPERATORS])
    return float(WORDS_DISGUISED * LONG_WORDS * (1 - untouched))


def _typed(plain: str, share: float, rng: np.random.Generator) -> str:
    """Return a text as people type it."""
    return WORD.sub(lambda found: _mistyped(found[0], rng) if rng.random() < share else found[0], plain)


def _mistyped(word: str, rng: np.random.Generator) -> str:
    if word in phrases.SLANG and rng.random() < 0.7:
        return phrases.SLANG[word]
    if len(word) < 4:
        return word
    place = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(4))
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 2:
        return word[:place] + word[place] * int(rng.integers(2, 4)) + word[place + 1 :]
    return word[:place] + str(rng.choice(list("abcdefghijklmnoprstuw"))) + word[place + 1 :]


def _cased(text: str, rng: np.random.Generator) -> str:
    draw = rng.random()
    if draw < 0.05:
        return text.upper()
    return text[0].upper() + text[1:] if draw < 0.6 else text


def _brand(rng: np.random.Generator, syllables: int) -> str:
    return "".join(str(part) for part in rng.choice(phrases.SYLLABLES, size=syllables + 1))


def _hours(centre: float, spread: float) -> NDArray[np.float64]:
    away = (np.arange(24) - centre + 12) % 24 - 12
    weight = np.exp(-0.5 * (away / spread) ** 2) + 0.02
    share: NDArray[np.float64] = weight / weight.sum()
    return share
