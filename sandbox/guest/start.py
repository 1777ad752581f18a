"""Put the guest on the path for as long as its own imports take, so that no module of a learner is shadowed by it."""

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    home = Path(__file__).resolve().parent
    sys.path.insert(0, str(home.parent))
    boot = import_module(f"{home.name}.boot")
    sys.path.pop(0)
    boot.main()
