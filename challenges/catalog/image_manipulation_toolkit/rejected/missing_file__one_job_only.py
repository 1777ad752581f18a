import json
import os

from PIL import Image

os.mkdir("/output/pictures")
with open("/data/test_jobs.jsonl", encoding="utf-8") as jobs:
    job = json.loads(next(jobs))
Image.new("RGB", (job["width"], job["height"])).save(f"/output/pictures/{job['job']}.png")
