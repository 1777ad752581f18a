"""Forgets how sure it is."""

import json
import os
from pathlib import Path

test = json.loads((Path(os.environ["DATA_DIR"]) / "test.json").read_text())
answer = [{"image_id": image["id"], "category_id": 1, "bbox": [10, 10, 30, 40]} for image in test["images"]]
(Path(os.environ["OUTPUT_DIR"]) / "detections.json").write_text(json.dumps(answer))
