"""Starter: a random forest on place, hour and weekday, with the trip records as they come.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

trips = pd.read_csv(DATA_DIR / "trips.csv", parse_dates=["pickup_time"])
queries = pd.read_csv(DATA_DIR / "queries.csv", dtype={"id": str}, parse_dates=["time"])


def features(x_km: pd.Series, y_km: pd.Series, time: pd.Series) -> pd.DataFrame:
    # Only what a waiting driver knows: the place and the clock. Distance, destination and tip come later.
    hour = time.dt.hour + time.dt.minute / 60
    return pd.DataFrame({"x_km": x_km, "y_km": y_km, "hour": hour, "weekday": time.dt.day_of_week})


# Can all of these records be true? Look at the lowest and the highest totals, and at the places on a map.
model = RandomForestRegressor(n_estimators=30, min_samples_leaf=20, max_samples=0.5, random_state=0, n_jobs=2)
model.fit(features(trips["pickup_x_km"], trips["pickup_y_km"], trips["pickup_time"]), trips["total"])

expected = model.predict(features(queries["x_km"], queries["y_km"], queries["time"])).clip(0, 300)
submission = pd.DataFrame({"id": queries["id"], "expected_total": expected})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
