import os

import pandas as pd
from PIL import Image

os.mkdir("/output/pages")
for image, width, height in pd.read_csv("/data/test.csv").itertuples(index=False):
    Image.new("L", (width, height), 200).save(f"/output/pages/{image}.png")
