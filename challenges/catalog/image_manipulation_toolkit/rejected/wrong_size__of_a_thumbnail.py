import json
import os

from PIL import Image

os.mkdir("/output/pictures")
for line in open("/data/test_jobs.jsonl", encoding="utf-8"):
    Image.new("RGB", (10, 10)).save(f"/output/pictures/{json.loads(line)['job']}.png")
