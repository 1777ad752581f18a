"""`python -m benchmarks [NAME ...]`: every benchmark in turn, each in a process of its own, each with its tables."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ("turnaround", "sandbox", "metrics")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; default: all of them")
    names = parser.parse_args().names or BENCHMARKS
    strange = next((name for name in names if name not in BENCHMARKS), None)
    if strange is not None:
        parser.error(f"there is no benchmark {strange!r}; there are {', '.join(BENCHMARKS)}")
    failed = []
    for name in names:
        print(f"\n## {name}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
