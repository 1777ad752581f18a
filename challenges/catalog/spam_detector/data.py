"""A provider's messages: last month with labels, this month without, and spammers who moved on in between.

structure ──> Inbox (skeletons, brands, rates) ──> messages ──> month 1: labels, a few of them wrong
                                                            └─> month 2: new kinds of spam, more disguise
split     ──> public: the first 30 % of the hidden month by day; private: the rest
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds import inbox as world
from challenges.worlds import inbox_phrases as phrases
from challenges.worlds.inbox import Inbox, Message, Times

ROWS = {Size.SMALL: 4_000, Size.FULL: 20_000}
"""Of each month."""
SAMPLE_ROWS = 60
SPAM_SHARE = 0.13
WRONG_LABELS = 0.015
PUBLIC_SHARE = 0.3
DAYS = 30

NEW_AT_LAST = 0.5
"""Share of new kinds among the spam of the last day; it grows from nothing, so that a quarter of all is new."""
FRESH_HAM, FRESH_SPAM = 0.15, 0.5
"""Shares of the hidden month's messages that say old things in a new way; spammers must, other people do."""
PRESSURE = 1.6
"""How much more the spammers of the hidden month disguise."""

TRIGGERS = 60
"""Words that count as spammy."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return a month of labelled messages and a hidden one."""
    inbox = world.settle(streams("structure"))
    count = ROWS[size]
    train, train_days = _month(inbox, count, streams("train"), later=False)
    sample, sample_days = _month(inbox, SAMPLE_ROWS, streams("sample"), later=False)
    test, test_days = _month(inbox, count, streams("test"), later=True)

    ids = streams.ids("messages", 2 * count + SAMPLE_ROWS)
    labels = np.array([message.spam for message in train], dtype=np.int64)
    wrong = streams("wrong labels").random(count) < WRONG_LABELS
    labels = np.where(wrong, 1 - labels, labels)
    first = np.zeros(count, dtype=bool)
    first[np.argsort(test_days, kind="stable")[: round(PUBLIC_SHARE * count)]] = True

    spam = np.array([message.spam for message in test], dtype=np.int64)
    new_kind = np.array([message.family in phrases.NEW_SPAM for message in test], dtype=np.int64)
    triggers = trigger_words([*train, *test])
    told = np.empty(count, dtype=object)
    for row in range(count):
        told[row] = triggers
    test_ids, sample_ids = ids[count : 2 * count], ids[2 * count :]
    floor = np.full(count, SPAM_SHARE)
    return Dataset(
        public={
            "train.csv": csv_bytes(_table(train, train_days, ids[:count]).assign(label=labels)),
            "sample/test.csv": csv_bytes(_table(sample, sample_days, sample_ids)),
            "sample/labels.csv": csv_bytes(
                pd.DataFrame({"message_id": sample_ids, "label": [int(message.spam) for message in sample]})
            ),
            "stopwords.txt": "\n".join([*sorted(ENGLISH_STOP_WORDS), ""]).encode(),
        },
        inputs={"test.csv": csv_bytes(_table(test, test_days, test_ids))},
        truth=Truth(
            ids={"message_id": test_ids},
            columns={"spam": spam, "new_kind": new_kind, "trigger_words": told},
            public=first,
            unit=np.arange(count),
        ),
        floor=answer(test_ids, floor, sorted(ENGLISH_STOP_WORDS)[:30]),
    )


def answer(ids: NDArray[np.str_], spam_prob: NDArray[np.float64], words: Sequence[str]) -> bytes:
    """Return an answer as the judge packs what a program leaves in /output."""
    table = pd.DataFrame({"message_id": ids, "spam_prob": np.round(spam_prob, 6)})
    return zip_bytes({"predictions.csv": csv_bytes(table), "top_words.json": json_bytes(list(words))})


def trigger_words(messages: Sequence[Message]) -> list[str]:
    """Return the words that tell most of spam in what was meant, before any disguise: by log odds, with one added."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for message in messages:
        counts[message.spam].update(world.words_of(message.plain))
    totals = {spam: sum(message.spam is spam for message in messages) for spam in counts}

    def weight(word: str) -> float:
        share = {spam: (counts[spam][word] + 1) / (totals[spam] + 2) for spam in counts}
        return float(np.log(share[True] / share[False]))

    common = [word for word, found in counts[True].items() if found >= 0.01 * totals[True] and len(word) > 2]
    return sorted(common, key=lambda word: (-weight(word), word))[:TRIGGERS]


def _month(
    inbox: Inbox, count: int, rng: np.random.Generator, *, later: bool
) -> tuple[list[Message], NDArray[np.int64]]:
    days = rng.integers(1, DAYS + 1, count)
    spam = rng.random(count) < SPAM_SHARE
    messages = [
        world.send(
            inbox,
            spam=bool(bad),
            rng=rng,
            times=_times(int(day)) if later else world.FIRST_MONTH,
        )
        for bad, day in zip(spam, days, strict=True)
    ]
    return messages, days + (DAYS if later else 0)


def _times(day: int) -> Times:
    return Times(new_kinds=NEW_AT_LAST * day / DAYS, fresh_ham=FRESH_HAM, fresh_spam=FRESH_SPAM, pressure=PRESSURE)


def _table(messages: Sequence[Message], days: NDArray[np.int64], ids: NDArray[np.str_]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "message_id": ids,
            "day": days,
            "hour": [message.hour for message in messages],
            "sender_kind": [message.sender for message in messages],
            "text": [message.text for message in messages],
        }
    )
