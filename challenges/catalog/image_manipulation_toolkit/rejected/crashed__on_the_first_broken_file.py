import io
import json
import zipfile

from PIL import Image

with zipfile.ZipFile("/data/test_sources.zip") as sources:
    for line in open("/data/test_jobs.jsonl", encoding="utf-8"):
        Image.open(io.BytesIO(sources.read(json.loads(line)["source"]))).load()
