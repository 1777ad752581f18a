"""Starter: what the same weekday sold in the last four weeks, times what last year's next four weeks were to them.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

SERIES = ["store", "family", "weekday"]
FOUR_WEEKS = pd.Timedelta(weeks=4)

train = pd.read_csv(DATA_DIR / "train.csv", parse_dates=["date"])
test = pd.read_csv(DATA_DIR / "test.csv", parse_dates=["date"], dtype={"id": str})
for table in (train, test):
    table["weekday"] = table["date"].dt.day_of_week


def four_weeks_after(day):
    return train[(train["date"] > day) & (train["date"] <= day + FOUR_WEEKS)]


# Four weeks tell of the level and of the weekday. Which of the next four weeks are on promotion, which have a holiday?
today = train["date"].max()
usual = four_weeks_after(today - FOUR_WEEKS).groupby(SERIES)["units"].mean().rename("usual").reset_index()

# A year is 52 weeks and a day: the same weekdays then. School things sell in August, whatever July was like.
a_year_ago = today - pd.Timedelta(weeks=52)
then, before = (four_weeks_after(day).groupby("family")["units"].sum() for day in (a_year_ago, a_year_ago - FOUR_WEEKS))

submission = test.merge(usual, on=SERIES, how="left").fillna({"usual": 0})
submission["units"] = submission["usual"] * submission["family"].map(then / before)
submission[["id", "units"]].to_csv(OUTPUT_DIR / "submission.csv", index=False)
