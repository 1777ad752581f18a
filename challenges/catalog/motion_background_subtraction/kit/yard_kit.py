"""The conversation with the camera. You write `start` and `see`, and end your main.py with `run(start, see)`.

    import numpy as np
    from yard_kit import run

    def start(film):  # {"film": 3, "width": 160, "height": 120, "fps": 15, "line": [x0, y0, x1, y1]}
        ...           # a new film begins: forget the last one

    def see(t, frame):                                # frame number t: (height, width, 3) uint8, BGR as in OpenCV
        mask = np.zeros(frame.shape[:2], dtype=bool)  # True where something is that does not belong to the yard
        return mask, []                               # and +1 or -1 for everything that you notice crossing now

    run(start, see)

What you print goes to the error stream, so it never disturbs the conversation.
"""

import base64
import json
import os
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
"""Where films.csv, crossings.csv and train/ lie."""


def run(start, see):
    """Answer until the camera says bye."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for line in sys.stdin:
        message = json.loads(line)
        kind = message["type"]
        if kind == "frame":
            frame = decoded(base64.b64decode(message["jpeg"]))
            mask, crossings = see(message["t"], frame)
            answer = {"mask": packed(mask, frame.shape[:2]), "crossings": [int(way) for way in crossings]}
        elif kind == "film":
            start(message)
            continue
        elif kind == "hello":
            answer = {"type": "ready"}
        elif kind == "ping":
            answer = {"type": "pong"}
        else:
            break
        answers.write(json.dumps({"seq": message["seq"], **answer}) + "\n")
        answers.flush()


def right_of(line, x, y):
    """Whether a point lies to the right of the counting line."""
    x0, y0, x1, y1 = line
    return x > x0 + (x1 - x0) * (y - y0) / (y1 - y0)


def load_frames(film, folder=DATA_DIR):
    """Return the frames of a practice film, one by one."""
    with zipfile.ZipFile(folder / "train" / f"{film}.zip") as archive:
        for name in sorted(archive.namelist()):
            yield decoded(archive.read(name))


def load_masks(film, folder=DATA_DIR):
    """Return the true masks of a practice film, (frames, height, width) bool."""
    with np.load(folder / "train" / f"{film}_masks.npz") as arrays:
        return arrays["masks"]


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR)


def packed(mask, shape):
    """Return a mask as it travels: 8 pixels a byte, row by row, in base64."""
    mask = np.asarray(mask)
    if mask.shape != tuple(shape):
        raise ValueError(f"the mask has the shape {mask.shape}; expected {tuple(shape)}, as the frame")
    return base64.b64encode(np.packbits(mask != 0, axis=None).tobytes()).decode()
