"""Starter: logistic regression on class, sex, age and fare.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"passenger_id": str, "ticket": str})
test = pd.read_csv(DATA_DIR / "test.csv", dtype={"passenger_id": str, "ticket": str})


def features(passengers: pd.DataFrame) -> pd.DataFrame:
    # Name, family, ticket, cabin and port are still unused. What could they tell?
    table = passengers[["pclass", "age", "fare"]].copy()
    table["female"] = (passengers["sex"] == "female").astype(int)
    return table


# Missing ages become the median age. Is a `Master` of unknown age really thirty?
model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
model.fit(features(train), train["survived"])

probability = model.predict_proba(features(test))[:, 1]
submission = pd.DataFrame({"passenger_id": test["passenger_id"], "survived_prob": probability})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
