"""What of this host a program in a bubblewrap sandbox sees: the smallest part with which Python and its libraries run.

/usr and what /lib, /bin are         this host's, read-only
/python                              this interpreter, where it is not in /usr anyway, without its packages
/site                                the packages on the shelf (shelf.py)
/opt/judge/judge_guest               the guest
/etc                                 six small files, none of them a password
"""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path

from sandbox import shelf
from sandbox.guest import atlas
from sandbox.staging import Mounted

GUEST = Path(__file__).parent / "guest"
STUBS = GUEST / "stubs"
GUEST_TARGET = "/opt/judge/judge_guest"
SITE_TARGET = "/site"
PYTHON_TARGET = "/python"


@cache
def host_view() -> tuple[Mounted, ...]:
    """Return what every program sees, read-only."""
    view = [Mounted(source=Path("/usr"), target="/usr")]
    view += [
        Mounted(source=Path(path), target=path)
        for path in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
        if Path(path).is_dir() and not Path(path).is_symlink()
    ]
    view += [
        Mounted(source=Path(path), target=path)
        for path in ("/etc/ld.so.cache", "/etc/alternatives")
        if Path(path).exists()
    ]
    view += [Mounted(source=path, target=f"/etc/{path.name}") for path in sorted((GUEST / "etc").iterdir())]
    if not _python_is_in_usr():
        view.append(Mounted(source=Path(sys.base_prefix), target=PYTHON_TARGET))
    view.append(Mounted(source=GUEST, target=GUEST_TARGET))
    view += [Mounted(source=item.source, target=f"{SITE_TARGET}/{item.name}") for item in shelf.items()]
    return tuple(view)


def covers(banned: tuple[str, ...]) -> list[Mounted]:
    """Return the stubs that lie over banned modules, wherever an interpreter in the box would find them."""
    covers: dict[str, Mounted] = {}
    for root, target in _import_roots():
        for place in atlas.places(banned, [root]):
            inside = f"{target}/{Path(place.path).relative_to(root)}"
            if target == SITE_TARGET and not _on_shelf(inside):
                continue
            stub = STUBS / "empty" if place.cover == "empty" else STUBS / place.cover
            source = stub if place.folder or place.cover == "empty" else stub / "__init__.py"
            covers[inside] = Mounted(source=source, target=inside)
    return list(covers.values())


def _import_roots() -> list[tuple[Path, str]]:
    roots = [(folder, SITE_TARGET) for folder in sorted({item.source.parent for item in shelf.items()})]
    for library in _stdlib_folders():
        inside = str(library)
        if not _python_is_in_usr() and library.is_relative_to(sys.base_prefix):
            inside = f"{PYTHON_TARGET}/{library.relative_to(sys.base_prefix)}"
        roots += [(library, inside), (library / "lib-dynload", f"{inside}/lib-dynload")]
    return roots


def _stdlib_folders() -> list[Path]:
    found = [Path(sysconfig.get_path("stdlib"))]
    for parent in (Path("/usr/lib"), Path("/usr/local/lib")):
        found += [path for path in parent.glob("python3*") if (path / "os.py").is_file()]
    return sorted(set(found))


@cache
def other_packages() -> tuple[str, ...]:
    """Return folders of packages that come with the host's interpreters; they are hidden."""
    found = set()
    for parent in (Path("/usr/lib"), Path("/usr/local/lib")):
        found |= {str(path) for kind in ("site", "dist") for path in parent.glob(f"python3*/{kind}-packages")}
    if not _python_is_in_usr():
        base = Path(sys.base_prefix)
        found |= {f"{PYTHON_TARGET}/{path.relative_to(base)}" for path in base.glob("lib/python3*/site-packages")}
    return tuple(sorted(found))


def _on_shelf(inside: str) -> bool:
    name = inside.removeprefix(f"{SITE_TARGET}/").partition("/")[0]
    return any(item.name == name for item in shelf.items())


def _python_is_in_usr() -> bool:
    return Path(sys.base_prefix).resolve().is_relative_to("/usr")


def python() -> str:
    """Return the interpreter's path inside."""
    name = f"bin/python{sys.version_info.major}.{sys.version_info.minor}"
    return f"{Path(sys.base_prefix).resolve() if _python_is_in_usr() else PYTHON_TARGET}/{name}"


def interpreter_variables() -> dict[str, str]:
    """Return what Python needs to find its parts inside."""
    found = {"PYTHONPATH": SITE_TARGET, "PATH": f"{Path(python()).parent}:/usr/bin:/bin"}
    if not _python_is_in_usr() and list(Path(sys.base_prefix).glob("lib/libpython*.so*")):
        found["LD_LIBRARY_PATH"] = f"{PYTHON_TARGET}/lib"
    return found
