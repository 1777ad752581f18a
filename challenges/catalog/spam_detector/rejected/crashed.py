"""Trusts that every message has a label."""

import csv
import os

with open(f"{os.environ['DATA_DIR']}/test.csv", encoding="utf-8") as file:
    labels = [int(row["label"]) for row in csv.DictReader(file)]
