"""Starter: three clusters by k-means on every tray, whatever lies on it.

At home it labels the practice trays; in the judge's sandbox it finds the hidden trays in the folder `trays`.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))


def cluster(X: np.ndarray) -> np.ndarray:
    """Return one label for each row of X; -1 is dust."""
    # Why three? Why k-means? This function is yours to rewrite.
    scaled = StandardScaler().fit_transform(X)
    return KMeans(n_clusters=3, n_init=10, random_state=0).fit_predict(scaled)


hidden = DATA_DIR / "trays"
folder = hidden if hidden.exists() else DATA_DIR / "practice"

answers = []
for path in sorted(folder.glob("*.csv")):
    labels = cluster(pd.read_csv(path).to_numpy())
    answers.append(pd.DataFrame({"tray": path.stem, "row": range(len(labels)), "label": labels}))

pd.concat(answers).to_csv(OUTPUT_DIR / "labels.csv", index=False)
