"""Starter: categories become columns of 0 and 1, then logistic regression with its default settings.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

FIGURES = ["A2", "A3", "A8", "A11", "A14", "A15"]
CATEGORIES = ["A1", "A4", "A5", "A6", "A7", "A9", "A10", "A12", "A13"]

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"id": str}, na_values="?")
test = pd.read_csv(DATA_DIR / "test.csv", dtype={"id": str}, na_values="?")

# Draw a histogram of A15. Is a straight line in A15 what a committee has in mind? And is C = 1 a good setting?
prepare = make_column_transformer(
    (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), FIGURES),
    (OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
)
model = make_pipeline(prepare, LogisticRegression(max_iter=1000))
model.fit(train[FIGURES + CATEGORIES], train["approved"] == "+")

chance = model.predict_proba(test[FIGURES + CATEGORIES])[:, 1]
submission = pd.DataFrame({"id": test["id"], "p_approve": chance.clip(0.001, 0.999)})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
