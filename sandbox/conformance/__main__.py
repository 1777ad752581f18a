"""Check every promise of one backend on this host: `python -m sandbox.conformance docker`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sandbox import backends
from sandbox.conformance import PROMISES, Bench, BrokenPromise


def main() -> int:
    """Check every promise of one backend on this host and print a line for each."""
    sandbox, probe = backends.choose(sys.argv[1] if len(sys.argv) > 1 else "auto")
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sandbox=sandbox, folder=Path(folder))
        for promise in PROMISES:
            if promise.__name__ in probe.refusals:
                print(f"refused  {promise.__name__}")
                continue
            try:
                promise(bench)
            except BrokenPromise as error:
                broken += 1
                print(f"BROKEN   {promise.__name__}: {error}")
            else:
                print(f"kept     {promise.__name__}")
    print(f"{sandbox.name}: {len(PROMISES) - broken} kept or refused by name, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
