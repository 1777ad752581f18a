"""Calls the array arr_0, as numpy does when no name is given."""

import csv
import os
from pathlib import Path

import numpy as np

with open(os.path.join(os.environ["DATA_DIR"], "test_clips.csv")) as file:
    count = sum(1 for _ in csv.DictReader(file))
np.savez(Path(os.environ["OUTPUT_DIR"]) / "lanes.npz", np.full((count, 2, 11), 120, dtype=np.float32))
