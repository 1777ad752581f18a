"""Rebuild the sprite of the site's icons from a release of Lucide.

    npm pack lucide-static@1.62.0
    python3 scripts/icons.py lucide-static-1.62.0.tgz

Writes sprite.svg, with the icons of NAMES alone, and LICENSE into web/static/vendor/lucide-<version>/. For a new
release, set SPRITE of web/pages/icons.py to its folder and remove the old one. Needs the standard library alone.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
NAMES = (
    "award", "ban", "book-open", "bug", "circle-check", "circle-slash", "circle-user", "download", "file-warning",
    "file-x", "history", "hourglass", "loader", "memory-stick", "messages-square", "notebook", "pin", "play",
    "route", "table-2", "target", "timer", "triangle-alert", "trophy", "upload", "users", "wrench",
)  # fmt: skip


def main(tarball: str) -> None:
    with tarfile.open(tarball) as release:

        def text(path: str) -> str:
            file = release.extractfile(f"package/{path}")
            if file is None:
                sys.exit(f"{tarball}: package/{path} is no file")
            return file.read().decode()

        version = json.loads(text("package.json"))["version"]
        symbols = [
            f'<symbol id="{name}" viewBox="0 0 24 24">{shapes(text(f"icons/{name}.svg"))}</symbol>' for name in NAMES
        ]
        folder = VENDOR / f"lucide-{version}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "LICENSE").write_text(text("LICENSE"), encoding="utf-8")
    lines = [f"<!-- Lucide {version}, see LICENSE -->", '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]
    (folder / "sprite.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def shapes(svg: str) -> str:
    """Return what an icon draws, on one line."""
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return re.sub(r">\s+<", "><", inside).replace(" />", "/>").strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
