"""Starter: half of the steps with Pillow. What it does not know it leaves out; what fails becomes a red card.

It trusts every file to be upright, opaque and of 8 bits, and does not look whether a job can be done at all.
"""

import io
import json
import os
import zipfile
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))


def done(image, step, sources):
    match step["op"]:
        case "grey":
            return ImageOps.grayscale(image).convert("RGB")
        case "flip":
            return ImageOps.mirror(image) if step["axis"] == "left-right" else ImageOps.flip(image)
        case "turn":
            return image.rotate(-90 * step["quarters"], expand=True)
        case "resize" if step["how"] == "nearest":
            return image.resize((step["width"], step["height"]), Image.Resampling.NEAREST)
        case "crop":
            canvas = Image.new("RGB", (step["width"], step["height"]), tuple(step["fill"]))
            canvas.paste(image, (-step["left"], -step["top"]))
            return canvas
        case "pad":
            return ImageOps.expand(
                image, tuple(step[s] for s in ("left", "top", "right", "bottom")), tuple(step["fill"])
            )
        case "gamma":
            return image.point([round(255 * (level / 255) ** step["gamma"]) for level in range(256)] * 3)
        case "channels":
            return Image.merge("RGB", [image.getchannel(letter) for letter in step["order"]])
        case "saturate":
            return ImageEnhance.Color(image).enhance(step["factor"])
        case "shrink":
            return image.reduce(step["factor"], (0, 0, *(side - side % step["factor"] for side in image.size)))
        case "convert" if step["space"] == "YCrCb":
            y, cb, cr = image.convert("YCbCr").split()
            return Image.merge("RGB", [y, cr, cb])
        case "paste":
            other = Image.open(io.BytesIO(sources.read(step["source"]))).convert("RGBA")
            cover = other.getchannel("A").point([round(level * step["opacity"]) for level in range(256)])
            canvas = image.copy()
            canvas.paste(other.convert("RGB"), (step["left"], step["top"]), cover)
            return canvas
        case "median":
            return image.filter(ImageFilter.MedianFilter(2 * step["radius"] + 1))
    return image


def result(sources, job):
    try:
        image = Image.open(io.BytesIO(sources.read(job["source"]))).convert("RGB")
        for step in job["steps"]:
            image = done(image, step, sources)
    except (ArithmeticError, OSError, ValueError, KeyError) as error:
        print(job["job"], error)
        image = Image.new("RGB", (8, 8), "red")
    return image.resize((job["width"], job["height"])) if image.size != (job["width"], job["height"]) else image


(OUTPUT / "pictures").mkdir(parents=True, exist_ok=True)
with zipfile.ZipFile(DATA / "test_sources.zip") as sources:
    for line in (DATA / "test_jobs.jsonl").read_text(encoding="utf-8").splitlines():
        job = json.loads(line)
        result(sources, job).save(OUTPUT / "pictures" / f"{job['job']}.png")
