"""Practise at home: your main.py decides on the last ten days of history.csv, with only the days before to learn from.

    python local_referee.py [folder with history.csv and costs.json]

Needs main.py and desk_kit.py beside it. Fraud of those days that nobody has reported yet counts as honest here.
"""

import csv
import heapq
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desk_kit import cost

HERE = Path(__file__).resolve().parent
DAY_S = 86_400
REPLAYED_DAYS = 10
DECISION_S = 0.060
NUMBERS = {"ts": int, "amount": float, "lat": float, "lon": float, "recurring": int, "fraud": int}


def main():
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    with (data / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    costs = json.loads((data / "costs.json").read_text(encoding="utf-8"))
    cut = (int(rows[-1]["ts"]) // DAY_S + 1 - REPLAYED_DAYS) * DAY_S
    before = [row for row in rows if int(row["ts"]) < cut]
    with tempfile.TemporaryDirectory() as folder:
        write_history(Path(folder), before, cut, costs)
        print(report([row for row in rows if int(row["ts"]) >= cut], before, cut, costs, Path(folder)))


def write_history(folder, before, cut, costs):
    """Write what was known on the first replayed day."""
    (folder / "costs.json").write_text(json.dumps(costs), encoding="utf-8")
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(before[0]))
        writer.writeheader()
        for row in before:
            told = row["reported_ts"] and int(row["reported_ts"]) < cut
            writer.writerow(row if told else {**row, "fraud": 0, "reported_ts": ""})


def report(live, before, cut, costs, folder):
    process = subprocess.Popen(
        [sys.executable, str(HERE / "main.py")],
        cwd=HERE,
        env={**os.environ, "DATA_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    due = [
        (int(row["reported_ts"]), row["tx"]) for row in before if row["reported_ts"] and int(row["reported_ts"]) >= cut
    ]
    heapq.heapify(due)
    talk(process, {"type": "hello", "seq": 0, "payments": len(live)})
    paid = idle = late = 0
    for seq, row in enumerate(live, start=1):
        while due and due[0][0] <= int(row["ts"]):
            tell(process, {"type": "label", "tx": heapq.heappop(due)[1], "fraud": 1})
        fraud, amount = int(row["fraud"]), float(row["amount"])
        started = time.perf_counter()
        action = talk(process, {"type": "tx", "seq": seq, "tx": payment(row)})["action"]
        if time.perf_counter() - started > DECISION_S:
            late, action = late + 1, "approve"
        if action == "challenge":
            tell(process, {"type": "label", "tx": row["tx"], "fraud": fraud})
        elif action == "approve" and fraud:
            heapq.heappush(due, (int(row["reported_ts"]), row["tx"]))
        paid, idle = paid + cost(action, amount, fraud, costs), idle + cost("approve", amount, fraud, costs)
    tell(process, {"type": "bye"})
    process.stdin.close()
    process.wait()
    saving = f"cost_saving {1 - paid / idle:.4f} on {len(live)} payments"
    return f"{saving} ({paid:.0f} instead of {idle:.0f} euros), {late} late"


def payment(row):
    """The fields that a payment shows when it knocks."""
    hidden = ("fraud", "reported_ts")
    return {name: NUMBERS.get(name, str)(value) for name, value in row.items() if name not in hidden}


def talk(process, message):
    tell(process, message)
    line = process.stdout.readline()
    if not line:
        sys.exit("main.py stopped; its last words are above")
    return json.loads(line)


def tell(process, message):
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()


if __name__ == "__main__":
    main()
