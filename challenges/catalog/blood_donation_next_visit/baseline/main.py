"""Starter: logistic regression on the four figures of every donor, as they come.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

COLUMNS = ["recency_m", "frequency", "cc", "first_m"]

train = pd.read_csv(DATA_DIR / "transfusion.csv", dtype={"donor": str})
test = pd.read_csv(DATA_DIR / "test.csv", dtype={"donor": str})

# Do all four columns tell something of their own? Is a straight line in them what you would draw?
# And what of the campus, and of the bus?
model = make_pipeline(StandardScaler(), LogisticRegression())
model.fit(train[COLUMNS], train["donated"])

chance = model.predict_proba(test[COLUMNS])[:, 1]
submission = pd.DataFrame({"donor": test["donor"], "donates_prob": chance})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
