"""Indicators in units of each share's own volatility, fitted again every fifty days on the latest nine hundred.

Returns are taken after splits. Besides reversal, trend and momentum there are volume, earnings, the day of the week and
every sector's return, for each sector of its own. Logistic regression does most of it, boosted trees find the rest.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
from exchange_kit import DATA_DIR, run
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

WINDOW = 900
REFIT_EVERY = 50
WARM_UP = 65
TREES_SHARE = 0.25

names = pd.read_csv(DATA_DIR / "shares.csv", keep_default_na=False).sort_values("share", ignore_index=True)
shares = names["share"].tolist()
place = {share: k for k, share in enumerate(shares)}
sector = names["sector"].astype("category").cat.codes.to_numpy()
SECTORS = sector.max() + 1


class Exchange:
    """Everything told so far, one row a day, and the features of each evening."""

    def __init__(self):
        self.close = np.full(len(shares), np.nan)
        self.variance = np.full(len(shares), 0.02**2)
        self.usual_volume = np.full(len(shares), np.nan)
        self.z, self.heavy, self.news, self.market = [], [], [], []
        self.features, self.traded, self.returns = [], [], []

    def end_day(self, day, bars, events):
        """Take in a day and return its evening's features, one row a share."""
        close, volume = np.full(len(shares), np.nan), np.full(len(shares), np.nan)
        for bar in bars:
            close[place[bar["share"]]] = bar["close"]
            volume[place[bar["share"]]] = np.log(bar["volume"])
        parts, surprise = np.ones(len(shares)), np.zeros(len(shares))
        for event in events:
            (parts if event["event"] == "split" else surprise)[place[event["share"]]] = event["value"]
        move = np.log(close * parts / self.close)
        volume = volume - np.log(parts)  # more shares of less worth change hands
        self.usual_volume -= np.log(parts)
        known = ~np.isnan(move)
        z = np.where(known, move / np.sqrt(self.variance), 0.0)
        self.variance = np.where(known, 0.94 * self.variance + 0.06 * np.nan_to_num(move) ** 2, self.variance)
        self.usual_volume = np.where(np.isnan(self.usual_volume), volume, self.usual_volume)
        heavy = np.nan_to_num(volume - self.usual_volume)
        self.usual_volume = np.where(np.isnan(volume), self.usual_volume, 0.95 * self.usual_volume + 0.05 * volume)
        self.close = np.where(np.isnan(close), self.close / parts, close)
        self.z.append(np.clip(z, -4, 4))
        self.heavy.append(heavy)
        self.news.append(surprise)
        self.market.append(z.mean())
        self.traded.append(~np.isnan(close))
        self.returns.append(np.where(known, move, np.nan))
        self.features.append(self.evening(day))
        return self.features[-1]

    def evening(self, day):
        z = np.array(self.z[-61:])
        last, heavy = z[-1], self.heavy[-1]
        stress = np.clip(np.std(self.market[-12:]) / 0.35 - 1, -1, 2) if len(self.market) > 12 else 0.0
        news = self.news[-1] + (self.news[-2] if len(self.news) > 1 else 0.0)
        sectors = np.array([last[sector == k].mean() for k in range(SECTORS)])
        others = np.zeros((len(shares), SECTORS * SECTORS))
        for k in range(SECTORS):
            others[sector == k, k * SECTORS : (k + 1) * SECTORS] = sectors
        weekday = np.tile(np.arange(5) == day % 5, (len(shares), 1))
        rise, fall = np.clip(z[-14:], 0, None).sum(axis=0), np.clip(-z[-14:], 0, None).sum(axis=0)
        columns = [
            last,
            last * stress,
            last * np.clip(heavy, -1, 1.2),
            heavy,
            z[-2] if len(z) > 1 else last,
            z[-5:].sum(axis=0) / np.sqrt(5),
            z[-20:].mean(axis=0) * np.sqrt(20),  # close against its 20-day average
            z.mean(axis=0) * np.sqrt(60),
            rise / (rise + fall + 1e-9) - 0.5,  # relative strength
            news,
            self.news[-1],
            np.full(len(shares), self.market[-1]),
            np.full(len(shares), stress),
        ]
        return np.column_stack([*columns, weekday, others])

    def examples(self):
        """Return features and answers of the latest days whose morrow is known."""
        first = max(WARM_UP, len(self.features) - WINDOW)
        X, up = np.array(self.features[first:-1]), np.array(self.returns[first + 1 :])
        usable = ~np.isnan(up) & np.array(self.traded[first:-1])
        return X[usable], up[usable] > 0


class Model:
    """Logistic regression, refitted often, and boosted trees, refitted now and then."""

    def __init__(self):
        self.fits = 0

    def fit(self, X, up):
        self.scale = X.std(axis=0) + 1e-9
        self.linear = LogisticRegression(C=0.01, max_iter=200).fit(X / self.scale, up)
        if self.fits % 5 == 0:
            self.trees = HistGradientBoostingClassifier(
                max_iter=60, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=300, random_state=0
            ).fit(X[:, :18], up)
        self.fits += 1

    def chance(self, X):
        linear = self.linear.predict_proba(X / self.scale)[:, 1]
        return (1 - TREES_SHARE) * linear + TREES_SHARE * self.trees.predict_proba(X[:, :18])[:, 1]


def by_day(name):
    rows = pd.read_csv(DATA_DIR / name, keep_default_na=False)
    return {day: part.to_dict("records") for day, part in rows.groupby("day")}


exchange, model = Exchange(), Model()
bars_of, events_of = by_day("prices.csv"), by_day("events.csv")
for day in sorted(bars_of):
    exchange.end_day(day, bars_of[day], events_of.get(day, []))


def predict(day, bars, events):
    X = exchange.end_day(day, bars, events)
    if model.fits == 0 or day % REFIT_EVERY == 0:
        model.fit(*exchange.examples())
    return dict(zip(shares, model.chance(X), strict=True))


model.fit(*exchange.examples())
run(predict)
