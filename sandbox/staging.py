"""One folder per job on our side: what goes in, where output comes out, and a lock that says whether its owner lives.

    <root>/job-<random>/lease      locked by the worker as long as it lives; a free lock means that the job is an orphan
                       /work       a copy of the learner's files, readable by the sandbox's user
                       /data/<n>   copies of data that the sandbox's user could not read where they are
                       /box/output and /box/report, for backends that hand back through a folder

The root is `JUDGE_STAGING_DIR`, by default a folder of this user under the system's folder for temporary files. Where
the worker runs in a container and speaks to the host's Docker engine, it must be the same path on both sides.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxUnavailable

JOB_PREFIX = "job-"

_NOSUID, _NODEV, _NOEXEC, _MNT_DETACH = 0x2, 0x4, 0x8, 0x2


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """One file or folder of ours and where the program sees it."""

    source: Path
    target: str


class JobFolder:
    """The folder of one job; `remove` when done."""

    def __init__(self, root: Path) -> None:
        self.name = f"{JOB_PREFIX}{secrets.token_hex(12)}"
        self.path = root / self.name
        try:
            self.path.mkdir(mode=0o711)
            self._lease = os.open(self.path / "lease", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SandboxUnavailable(f"the staging folder {root} cannot be written ({error.strerror})") from error
        fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def stage_work(self, source: Path) -> Path:
        """Copy the learner's files, regular ones only, and return the copy's folder."""
        return self.stage_tree(source, "work")

    def stage_nothing(self) -> Path:
        """Return the empty folder into which `stage_work` will copy."""
        return _open_folder(self.path / "work")

    def stage_tree(self, source: Path, name: str) -> Path:
        target = self.path / name
        _copy_tree(source, target)
        return target

    def stage_data(self, folders: tuple[Path, ...], *, shared: tuple[Path, ...] = (Path("/"),)) -> list[Mounted]:
        """Return what together makes up /data; files under a shared folder that everybody may read are not copied."""
        mounted: dict[str, Mounted] = {}
        for folder in folders:
            for entry in sorted(folder.iterdir()):
                if entry.name in mounted:
                    raise SandboxUnavailable(f"two data folders both hold {entry.name!r}")
                mounted[entry.name] = Mounted(source=self._readable(entry, shared), target=f"/data/{entry.name}")
        return list(mounted.values())

    def _readable(self, entry: Path, shared: tuple[Path, ...]) -> Path:
        resolved = entry.resolve()
        if any(resolved.is_relative_to(folder) for folder in shared) and all(map(_open_to_all, _tree(entry))):
            return resolved
        copy = self.path / "data" / secrets.token_hex(4) / entry.name
        for folder in (copy.parent.parent, copy.parent):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        if entry.is_dir():
            _copy_tree(entry, copy)
        else:
            _copy_file(entry, copy)
        return copy

    def make_box(self, *, size_mb: int, files: int, user: int, in_memory: bool) -> Path:
        """Make the folders for output and report, on a tmpfs of that size where we may mount one."""
        box = self.box
        box.mkdir(mode=0o755)
        if in_memory:
            options = f"size={size_mb}m,nr_inodes={files},mode=0755"
            _libc_call("mount", b"tmpfs", os.fsencode(box), b"tmpfs", _NOSUID | _NODEV | _NOEXEC, options.encode())
        for name in ("output", "report"):
            (box / name).mkdir(mode=0o700)
            if user != os.getuid():
                os.chown(box / name, user, user)
        return box

    @property
    def box(self) -> Path:
        return self.path / "box"

    def remove(self) -> None:
        if self._lease >= 0:
            discard(self.path)
            os.close(self._lease)
            self._lease = -1


def staging_root() -> Path:
    """Return the root of all job folders, made if need be."""
    setting = os.environ.get("JUDGE_STAGING_DIR")
    root = Path(setting) if setting else Path(tempfile.gettempdir()) / f"judge-staging-{os.getuid()}"
    try:
        root.mkdir(mode=0o711, parents=True, exist_ok=True)
        owner = root.stat().st_uid
    except OSError as error:
        raise SandboxUnavailable(f"the staging folder {root} cannot be made ({error.strerror})") from error
    if not setting and owner != os.getuid():
        raise SandboxUnavailable(f"the staging folder {root} belongs to somebody else; set JUDGE_STAGING_DIR")
    return root.resolve()


def discard(path: Path) -> None:
    """Remove a job folder and whatever is mounted in it."""
    box = path / "box"
    if box.is_mount():
        _libc_call("umount2", os.fsencode(box), _MNT_DETACH)
    shutil.rmtree(path, ignore_errors=True)


def orphans(root: Path) -> Iterator[Path]:
    """Yield the job folders whose owner is gone."""
    for path in sorted(root.glob(f"{JOB_PREFIX}*")):
        if is_orphan(path):
            yield path


def is_orphan(path: Path) -> bool:
    """Whether nobody alive holds the lease of this job folder; a folder that is gone has no owner either."""
    try:
        lease = os.open(path / "lease", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lease)
    return True


def _tree(entry: Path) -> Iterator[Path]:
    yield entry
    if entry.is_dir() and not entry.is_symlink():
        yield from entry.rglob("*")


def _open_to_all(path: Path) -> bool:
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return mode & 0o005 == 0o005
    return stat.S_ISREG(mode) and bool(mode & 0o004)


def _open_folder(path: Path) -> Path:
    path.mkdir(mode=0o755, exist_ok=True)
    path.chmod(0o755)
    return path


def _copy_tree(source: Path, target: Path) -> None:
    _open_folder(target)
    for entry in os.scandir(source):
        if entry.is_dir(follow_symlinks=False):
            _copy_tree(Path(entry.path), target / entry.name)
        elif entry.is_file(follow_symlinks=False):
            _copy_file(Path(entry.path), target / entry.name)


def _copy_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target, follow_symlinks=False)
    target.chmod(0o644)


def _libc_call(name: str, *arguments: bytes | int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
