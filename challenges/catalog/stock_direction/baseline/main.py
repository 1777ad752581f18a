"""Starter: logistic regression on the last five returns and on volume, trained once on everything that was published.

It never learns again, and knows nothing of sectors, earnings or the day of the week. That is where to improve it.
"""

import numpy as np
import pandas as pd
from exchange_kit import DATA_DIR, run
from sklearn.linear_model import LogisticRegression

LAGS = 5
VOLUME_DAYS = 20

prices = pd.read_csv(DATA_DIR / "prices.csv", keep_default_na=False)
closes = prices.pivot(index="day", columns="share", values="close")
volumes = prices.pivot(index="day", columns="share", values="volume")


def features(closes, volumes):
    """Return one row for each share from its last closes and volumes, the newest in the last row of each table."""
    returns = 100 * np.diff(np.log(closes[-LAGS - 1 :]), axis=0)
    heavy = np.log(volumes[-1] / volumes[-VOLUME_DAYS:].mean(axis=0))
    return np.column_stack([*returns, returns[-1] * heavy])


# Every evening of the past is an example: what was known then, and whether the share closed higher a day later.
C, V = closes.to_numpy(), volumes.to_numpy()
evenings = range(VOLUME_DAYS, len(C) - 1)
X = np.concatenate([features(C[: day + 1], V[: day + 1]) for day in evenings])
change = np.concatenate([C[day + 1] - C[day] for day in evenings])
usable = ~np.isnan(X).any(axis=1) & ~np.isnan(change)  # no halted share, no share that has left
model = LogisticRegression().fit(X[usable], change[usable] > 0)

history = {share: (closes[share].dropna().tolist(), volumes[share].dropna().tolist()) for share in closes}


def predict(day, bars, events):
    for bar in bars:
        close, volume = history[bar["share"]]
        close.append(bar["close"])
        volume.append(bar["volume"])
    shares = [bar["share"] for bar in bars]
    last = [np.array([history[share][k][-VOLUME_DAYS:] for share in shares]).T for k in (0, 1)]
    return dict(zip(shares, model.predict_proba(features(*last))[:, 1], strict=True))


run(predict)
