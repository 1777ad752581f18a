import sys

from exchange_kit import run

days = []


def predict(day, bars, events):
    days.append(day)
    if len(days) == 2:
        sys.exit(0)
    return {bar["share"]: 0.5 for bar in bars}


run(predict)
