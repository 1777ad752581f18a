"""Starter: ridge regression of the log price on ten columns as they come.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

COLUMNS = [
    "lot_area",
    "year_built",
    "overall_quality",
    "overall_condition",
    "first_floor_sf",
    "second_floor_sf",
    "basement_sf",
    "garage_cars",
    "full_bath",
    "year_sold",
]

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"house_id": str})
test = pd.read_csv(DATA_DIR / "test.csv", dtype={"house_id": str})

# The score compares logarithms, so the model learns the logarithm of the price.
# Is a blank garage really a median garage? Are all areas in one unit? What about the other 52 columns?
model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge(alpha=1.0))
model.fit(train[COLUMNS], np.log(train["sale_price"]))

price = np.exp(model.predict(test[COLUMNS]))
submission = pd.DataFrame({"house_id": test["house_id"], "sale_price": price})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
