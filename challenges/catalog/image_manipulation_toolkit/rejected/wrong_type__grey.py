import json
import os

from PIL import Image

os.mkdir("/output/pictures")
for line in open("/data/test_jobs.jsonl", encoding="utf-8"):
    job = json.loads(line)
    Image.new("L", (job["width"], job["height"])).save(f"/output/pictures/{job['job']}.png")
