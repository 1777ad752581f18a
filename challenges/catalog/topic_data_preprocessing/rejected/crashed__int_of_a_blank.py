import os
from pathlib import Path

import pandas as pd

for path in (Path(os.environ["DATA_DIR"]) / "lists").glob("*.csv"):
    pd.read_csv(path)["age"].astype(int)
