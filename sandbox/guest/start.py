"""Put the guest on the path for as long as its own imports take, so that no module of a learner is shadowed by it."""

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    home = Path(__file__).resolve().parent
    sys.path.insert(0, str(home.parent))
    part = import_module(f"{home.name}.{sys.argv[1] if len(sys.argv) > 1 else 'boot'}")
    sys.path.pop(0)
    part.main()
