"""Practise at home: your main.py watches the six practice films, and you see how it did in each.

    python local_referee.py [folder with films.csv, crossings.csv and train/]

Needs main.py and yard_kit.py beside it.
"""

import base64
import csv
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
from yard_kit import load_masks

HERE = Path(__file__).resolve().parent
TOLERANCE_FRAMES = 8
FRAME_S = 0.1


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    films = rows_of(data / "films.csv")
    crossings = rows_of(data / "crossings.csv")
    process = subprocess.Popen(
        [sys.executable, str(HERE / "main.py")],
        cwd=HERE,
        env={**os.environ, "DATA_DIR": str(data.resolve())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ask(process, {"type": "hello", "seq": 0, "films": len(films)})
    scores, pairs, events, seq = [], 0, 0, 1
    for number, film in enumerate(films):
        truth = load_masks(film["film"], data)
        line = [float(film[name]) for name in ("x0", "y0", "x1", "y1")]
        size = {"width": truth.shape[2], "height": truth.shape[1]}
        tell(process, {"type": "film", "film": number, **size, "fps": 15, "line": line})
        found, noticed, slowest = np.zeros_like(truth), [], 0.0
        with zipfile.ZipFile(data / "train" / f"{film['film']}.zip") as archive:
            for t, name in enumerate(sorted(archive.namelist())):
                jpeg = base64.b64encode(archive.read(name)).decode()
                started = time.perf_counter()
                answer = ask(process, {"type": "frame", "seq": seq, "t": t, "jpeg": jpeg})
                elapsed = time.perf_counter() - started
                seq, slowest = seq + 1, max(slowest, elapsed)
                if elapsed <= FRAME_S:
                    bits = np.frombuffer(base64.b64decode(answer["mask"]), dtype=np.uint8)
                    found[t] = np.unpackbits(bits, count=truth[t].size).reshape(truth[t].shape)
                    noticed += [(t, way) for way in answer["crossings"]]
        happened = [(int(row["frame"]), int(row["direction"])) for row in crossings if row["film"] == film["film"]]
        matched = pairs_of(happened, noticed)
        pairs, events = pairs + 2 * matched, events + len(happened) + len(noticed)
        scores.append(f1(truth, found))
        print(
            f"{film['condition']:>11}: foreground {scores[-1]:.3f}, crossings {matched} of {len(happened)} found, "
            f"{len(noticed) - matched} false, slowest frame {1000 * slowest:.0f} ms"
        )
    tell(process, {"type": "bye"})
    process.stdin.close()
    process.wait()
    counted = pairs / events if events else 0.0
    print(
        f"foreground {np.mean(scores):.3f}, crossings {counted:.3f}, score {0.6 * np.mean(scores) + 0.4 * counted:.3f}"
    )


def f1(truth, found):
    """F1 of the pixels of a film; pixels beside an outline do not count."""
    counts = ~edges(truth)
    hits = np.count_nonzero(truth & found & counts)
    return 2 * hits / max(np.count_nonzero(truth & counts) + np.count_nonzero(found & counts), 1)


def edges(masks):
    """True for the pixels on either side of an outline."""
    across = masks[:, :, 1:] != masks[:, :, :-1]
    down = masks[:, 1:] != masks[:, :-1]
    band = np.zeros_like(masks)
    band[:, :, 1:] |= across
    band[:, :, :-1] |= across
    band[:, 1:] |= down
    band[:, :-1] |= down
    return band


def pairs_of(happened, noticed):
    """How many crossings were noticed, one to one, in the same direction and within eight frames."""
    pairs = 0
    for way in (1, -1):
        free = sorted(t for t, direction in noticed if direction == way)
        for t in sorted(t for t, direction in happened if direction == way):
            match = next((other for other in free if abs(other - t) <= TOLERANCE_FRAMES), None)
            if match is not None:
                free.remove(match)
                pairs += 1
    return pairs


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tell(process, message):
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()


def ask(process, message):
    tell(process, message)
    return json.loads(process.stdout.readline())


main()
