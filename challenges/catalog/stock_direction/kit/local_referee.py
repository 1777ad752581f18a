"""Practise at home: your main.py predicts the last 200 published days, with only the days before to learn from.

    python local_referee.py [folder with prices.csv, events.csv and shares.csv]

Needs main.py and exchange_kit.py beside it.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from exchange_kit import BAR

HERE = Path(__file__).resolve().parent
REPLAYED_DAYS = 200


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    prices, events = read(data / "prices.csv"), read(data / "events.csv")
    last = int(prices[-1]["day"])
    first = last - REPLAYED_DAYS + 1
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("prices.csv", prices), ("events.csv", events)):
            write(Path(folder) / name, [row for row in rows if int(row["day"]) < first])
        shutil.copy(data / "shares.csv", folder)
        process = subprocess.Popen(
            [sys.executable, str(HERE / "main.py")],
            cwd=HERE,
            env={**os.environ, "DATA_DIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ups, chances = play(process, prices, events, range(first, last))
        process.stdin.close()
        process.wait()
    right = sum((chance > 0.5) == (up == 1) for up, chance in zip(ups, chances, strict=True)) / len(ups)
    print(f"roc_auc {roc_auc(ups, chances):.4f}, accuracy {right:.4f} on {len(ups)} shares and days")


def play(process, prices, events, days):
    """Ask every evening; return what became of each share, and what was said."""
    closes = {(int(row["day"]), row["share"]): float(row["close"]) for row in prices}
    parts = {(int(row["day"]), row["share"]): float(row["value"]) for row in events if row["event"] == "split"}
    ups, chances = [], []
    talk(process, {"type": "hello", "seq": 0})
    for seq, day in enumerate(days, start=1):
        bars = [
            [row["share"], *(float(row[name]) for name in BAR[1:-1]), int(row["volume"])]
            for row in prices
            if int(row["day"]) == day
        ]
        news = [[row["share"], row["event"], float(row["value"])] for row in events if int(row["day"]) == day]
        said = talk(process, {"type": "day", "seq": seq, "day": day, "bars": bars, "events": news})["up"]
        for share, *_, close, _ in bars:
            tomorrow = closes.get((day + 1, share))
            if tomorrow is not None:
                ups.append(int(tomorrow * parts.get((day + 1, share), 1) > close))
                chances.append(said.get(share, 0.5))
    return ups, chances


def roc_auc(ups, chances):
    """The chance that a share that rose was called likelier than one that did not; ties count half."""
    order = sorted(range(len(ups)), key=lambda row: chances[row])
    rank, start = [0.0] * len(ups), 0
    while start < len(order):
        end = start
        while end < len(order) and chances[order[end]] == chances[order[start]]:
            end += 1
        for place in range(start, end):
            rank[order[place]] = (start + end + 1) / 2
        start = end
    up = sum(ups)
    return (sum(r for r, u in zip(rank, ups, strict=True) if u) - up * (up + 1) / 2) / (up * (len(ups) - up))


def talk(process, message):
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        sys.exit("main.py stopped; its last words are above")
    return json.loads(line)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
