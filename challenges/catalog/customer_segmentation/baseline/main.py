"""Starter: recency, frequency and money (RFM), k-means, and for each segment the action that did best in the pilot.

Run it beside the folder `data` with the downloaded files; it writes submission.csv, ready to hand in.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

lines = pd.read_csv(DATA_DIR / "invoices.csv", dtype={"customer_id": str}).dropna(subset="customer_id")
pilot = pd.read_csv(DATA_DIR / "pilot.csv", dtype={"customer_id": str})
asked = pd.read_csv(DATA_DIR / "sample_submission.csv", dtype={"customer_id": str})["customer_id"]

# One row a customer. Are all prices in one currency? What else could you say of a customer than these three?
lines["money"] = lines["qty"] * lines["unit_price"]
by_customer = lines.groupby("customer_id")
rfm = pd.DataFrame(
    {
        "recency": 365 - by_customer["day"].max(),
        "frequency": by_customer["invoice"].nunique(),
        "money": by_customer["money"].sum().clip(lower=1),
    }
)
rfm = rfm.loc[[*asked, *pilot["customer_id"]]]
scaled = StandardScaler().fit_transform(np.log(rfm))
segment = pd.Series(KMeans(5, n_init=10, random_state=0).fit_predict(scaled), index=rfm.index)

# Segments are only useful if something follows from them.
pilot["segment"] = pilot["customer_id"].map(segment)
brought = pilot.pivot_table(index="segment", columns="action", values="extra_margin_90d").fillna(-1)
best = brought.idxmax(axis=1)

submission = pd.DataFrame({"customer_id": asked, "segment": asked.map(segment)})
submission["action"] = submission["segment"].map(best)
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
