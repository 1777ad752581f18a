"""A first answer, as in the textbook: gradients in cells (HOG), a linear classifier, a window that slides over scales.

1. Every face of the train photos is brought to one size, and its HOG is an example of a face; random windows are
   examples of none.
2. A linear SVM tells one from the other.
3. Every test photo is shrunk again and again, and the SVM looks at each window of each size.
4. Of windows that overlap, only the best stays. Eyes are put where eyes usually are.

Ideas to beat it: the SVM has never seen what it confuses with a face - show it; scales are far apart, so boxes fit
badly; eyes are elsewhere when a head turns; colour is not used.
"""

import json
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
from sklearn.svm import LinearSVC

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

CELL, ANGLES = 4, 9
ROWS, COLUMNS = 8, 6  # cells of a window: 32 x 24 pixels
FACE_PX = 24  # height of the face inside the window
SCALES = FACE_PX / (22 * 1.5 ** np.arange(4))  # faces of 22, 33, 50 and 74 pixels
FACE, EYE = 1, 2


def cells_of(grey):
    """Return (rows, columns, ANGLES): how much edge of each direction is in each cell, compared with its neighbours."""
    right, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=1)
    strength, angle = cv2.cartToPolar(right, down)
    bins = (angle * (ANGLES / np.pi)).astype(int) % ANGLES
    rows, columns = grey.shape[0] // CELL, grey.shape[1] // CELL
    cells = np.empty((rows, columns, ANGLES), dtype=np.float32)
    for number in range(ANGLES):
        part = np.where(bins == number, strength, 0)[: rows * CELL, : columns * CELL]
        cells[..., number] = part.reshape(rows, CELL, columns, CELL).sum(axis=(1, 3))
    around = cv2.blur((cells**2).sum(axis=2), (3, 3))
    return cells / np.sqrt(around + 500)[..., None]


def windows_of(grey):
    """Return (rows, columns, features) of every window, one step a cell."""
    views = np.lib.stride_tricks.sliding_window_view(cells_of(grey), (ROWS, COLUMNS), axis=(0, 1))
    return views.reshape(*views.shape[:2], -1)


def examples(photos, annotations, rng):
    """Return features and labels: faces, mirrored too, and random windows."""
    height, width = ROWS * CELL, COLUMNS * CELL
    features, labels = [], []
    for image_id, grey in photos.items():
        boxes = [box["bbox"] for box in annotations if box["image_id"] == image_id and box["category_id"] == FACE]
        crops = []
        for x, y, w, h in boxes:
            scale = FACE_PX / h
            move = np.array([[scale, 0, width / 2 - scale * (x + w / 2)], [0, scale, height / 2 - scale * (y + h / 2)]])
            crop = cv2.warpAffine(grey, move, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
            crops += [crop, crop[:, ::-1].copy()]
        labels += [1] * len(crops)
        for _ in range(20):
            scale = rng.choice(SCALES)
            w, h = int(width / scale), int(height / scale)
            x, y = rng.integers(0, grey.shape[1] - w), rng.integers(0, grey.shape[0] - h)
            if all(
                abs(x + w / 2 - bx - bw / 2) > bw / 2 or abs(y + h / 2 - by - bh / 2) > bh / 2
                for bx, by, bw, bh in boxes
            ):
                crops.append(cv2.resize(grey[y : y + h, x : x + w], (width, height), interpolation=cv2.INTER_AREA))
        labels += [0] * (len(crops) - 2 * len(boxes))
        features += [windows_of(crop)[0, 0] for crop in crops]
    return np.array(features), np.array(labels)


def best_ones(boxes, scores):
    """Return the places of boxes that no better one overlaps by more than 0.3."""
    order, kept = np.argsort(-scores), []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, :2] + boxes[best, 2:], boxes[rest, :2] + boxes[rest, 2:])
        common = np.prod(np.clip(high - low, 0, None), axis=1)
        order = rest[common / (boxes[best, 2:].prod() + boxes[rest, 2:].prod(axis=1) - common) < 0.3]
    return kept


def faces_in(grey, model):
    boxes, scores = [], []
    for scale in SCALES:
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = windows_of(small)
        score = found.reshape(-1, found.shape[2]) @ model.coef_[0] + model.intercept_[0]
        row, column = np.divmod(np.flatnonzero(score > -0.5), found.shape[1])
        middle_x, middle_y = (column * CELL + COLUMNS * CELL / 2) / scale, (row * CELL + ROWS * CELL / 2) / scale
        high = np.full(len(row), FACE_PX / scale)
        boxes.append(np.stack([middle_x - 0.37 * high, middle_y - 0.5 * high, 0.74 * high, high], axis=1))
        scores.append(score[score > -0.5])
    boxes, scores = np.concatenate(boxes), np.concatenate(scores)
    kept = best_ones(boxes, scores)[:30]
    return boxes[kept], 1 / (1 + np.exp(-scores[kept]))


def main():
    train = json.loads((DATA / "train.json").read_text())
    test = json.loads((DATA / "test.json").read_text())
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        photos = {
            image["id"]: cv2.imdecode(np.frombuffer(archive.read(image["file_name"]), np.uint8), cv2.IMREAD_GRAYSCALE)
            for image in train["images"]
        }
    features, labels = examples(photos, train["annotations"], np.random.default_rng(0))
    model = LinearSVC(C=0.01).fit(features, labels)
    answer = []
    for image in test["images"]:
        grey = cv2.imread(str(DATA / "test" / image["file_name"]), cv2.IMREAD_GRAYSCALE)
        for (x, y, w, h), score in zip(*faces_in(grey, model), strict=True):
            side = 0.17 * h
            found = [(FACE, x, y, w, h)]
            found += [(EYE, x + share * w - side / 2, y + 0.47 * h - side / 2, side, side) for share in (0.27, 0.73)]
            for category, left, top, wide, high in found:
                left, top = max(left, 0), max(top, 0)
                wide, high = min(wide, image["width"] - left), min(high, image["height"] - top)
                if wide > 0 and high > 0:
                    box = [round(float(value), 2) for value in (left, top, wide, high)]
                    answer.append(
                        {"image_id": image["id"], "category_id": category, "bbox": box, "score": float(score)}
                    )
    (OUTPUT / "detections.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
