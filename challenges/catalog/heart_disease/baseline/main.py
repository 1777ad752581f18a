"""Starter: logistic regression on all columns, and the usual threshold of one half.

Run it beside the folder `data` with the downloaded files; it writes submission.zip, ready to hand in.
"""

import json
import os
import zipfile
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

train = pd.read_csv(DATA_DIR / "train.csv", dtype={"patient_id": str})
test = pd.read_csv(DATA_DIR / "test.csv", dtype={"patient_id": str})
columns = [name for name in train.columns if name not in ("patient_id", "clinic", "disease")]

# Words become numbers in the order of the alphabet. Does that order mean anything?
words = make_pipeline(OrdinalEncoder(encoded_missing_value=-1), StandardScaler())
# Blanks become the mean. Are all blanks blank?
numbers = make_pipeline(SimpleImputer(), StandardScaler())
prepare = make_column_transformer(
    (words, make_column_selector(dtype_include=object)), (numbers, make_column_selector(dtype_exclude=object))
)
model = make_pipeline(prepare, LogisticRegression(class_weight="balanced", max_iter=1000))
model.fit(train[columns], train["disease"])

prob = model.predict_proba(test[columns])[:, 1]
# A missed patient costs five false alarms: is one half the right place to begin treating?
answer = pd.DataFrame({"patient_id": test["patient_id"], "prob": prob.round(6), "treat": (prob >= 0.5).astype(int)})
with zipfile.ZipFile(OUTPUT_DIR / "submission.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("predictions.csv", answer.to_csv(index=False))
    archive.writestr("features.json", json.dumps(columns))
