"""A first answer without deep learning: what differs from the belt is a thing, and its colours say which.

1. Background: the belt looks much the same along each row of pixels, so the row's median is the belt.
2. Boxes: every connected patch that differs enough from the belt is one thing.
3. Class: compare the patch's colour histogram with the mean histogram of each class in the train set.

Ideas to beat it: things that touch become one box here, shadows are counted in, colours alone cannot tell a wrench
from a hammer, and light changes from shift to shift.
"""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

THRESHOLD = 0.22  # how far a pixel must be from the belt (sum over red, green and blue, each 0..1)
SMALLEST = 20  # patches of fewer pixels are noise
BINS = 5  # steps per colour channel of the histogram


def load(archive, file_name):
    picture = Image.open(io.BytesIO(archive.read(file_name)))
    return np.asarray(picture, dtype=np.float32) / 255


def foreground(pixels):
    """Return a mask of the pixels that do not look like the belt."""
    smooth = ndimage.uniform_filter(pixels, (3, 3, 1))  # evens out sensor noise
    belt = np.median(smooth, axis=1, keepdims=True)
    return np.abs(smooth - belt).sum(axis=2) > THRESHOLD


def histogram(pixels):
    """Return the share of pixels in each colour cell; `pixels` is (n, 3)."""
    step = np.minimum((pixels * BINS).astype(int), BINS - 1)
    cells = (step[:, 0] * BINS + step[:, 1]) * BINS + step[:, 2]
    counts = np.bincount(cells, minlength=BINS**3)
    return counts / max(counts.sum(), 1)


def class_histograms(train):
    """Return the mean histogram of each class, from the annotated boxes."""
    boxes = {}
    for annotation in train["annotations"]:
        if not annotation["iscrowd"]:
            boxes.setdefault(annotation["image_id"], []).append(annotation)
    sums = {category["id"]: np.zeros(BINS**3) for category in train["categories"]}
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        for image in train["images"]:
            pixels = load(archive, image["file_name"])
            mask = foreground(pixels)
            for annotation in boxes.get(image["id"], []):
                x, y, width, height = (round(edge) for edge in annotation["bbox"])
                window = (slice(y, y + height), slice(x, x + width))
                if mask[window].any():
                    sums[annotation["category_id"]] += histogram(pixels[window][mask[window]])
    return {category: total / max(total.sum(), 1e-9) for category, total in sums.items()}


def detect(pixels, classes):
    """Return (category, box, score) for every patch of a frame."""
    patches, _ = ndimage.label(foreground(pixels))
    found = []
    for number, window in enumerate(ndimage.find_objects(patches), start=1):
        mask = patches[window] == number
        if mask.sum() < SMALLEST:
            continue
        colours = histogram(pixels[window][mask])
        likeness = {category: np.minimum(colours, usual).sum() for category, usual in classes.items()}
        category = max(likeness, key=likeness.get)
        rows, columns = window
        box = [columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start]
        found.append((category, box, float(likeness[category])))
    return sorted(found, key=lambda item: -item[2])[:100]


def main():
    train = json.loads((DATA / "train.json").read_text())
    test = json.loads((DATA / "test.json").read_text())
    classes = class_histograms(train)
    detections = []
    with zipfile.ZipFile(DATA / "test.zip") as archive:
        for image in test["images"]:
            for category, box, score in detect(load(archive, image["file_name"]), classes):
                detections.append({"image_id": image["id"], "category_id": category, "bbox": box, "score": score})
    (OUTPUT / "detections.json").write_text(json.dumps(detections))


if __name__ == "__main__":
    main()
