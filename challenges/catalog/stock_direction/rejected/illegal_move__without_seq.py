import json
import sys

for _ in sys.stdin:
    print(json.dumps({"type": "ready", "up": {}}), flush=True)
