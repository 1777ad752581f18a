"""Starter: what was sold on the same weekday, on average over the last four weeks.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

SERIES = ["store", "family", "weekday"]

train = pd.read_csv(DATA_DIR / "train.csv", parse_dates=["date"])
test = pd.read_csv(DATA_DIR / "test.csv", parse_dates=["date"], dtype={"id": str})
for table in (train, test):
    table["weekday"] = table["date"].dt.day_of_week

# Four weeks tell of the level and of the weekday. Which of the next four weeks are on promotion, which have a holiday?
recent = train[train["date"] > train["date"].max() - pd.Timedelta(weeks=4)]
usual = recent.groupby(SERIES)["units"].mean().rename("units").reset_index()

submission = test.merge(usual, on=SERIES, how="left")[["id", "units"]].fillna(0)
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
