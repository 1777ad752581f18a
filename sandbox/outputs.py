"""Hand-back: hostile files in, bytes out.

Nothing is followed, nothing is unpacked, nothing is trusted: every file is opened beneath the output folder without
following any link (openat2, or component by component on old kernels), must be a regular file with one name, and is
read to a cap. What is left behind becomes a sentence for the learner.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sandbox.contract import Limits

MAX_DEPTH = 8
MAX_NAME_BYTES = 200
SCAN_FACTOR = 4
"""How many directory entries are looked at, as a multiple of the files allowed, before the rest is ignored."""

MAX_NOTES = 20
"""How many sentences about files reach the learner; a name is chosen by the program, and would carry data out."""

_OPENAT2 = 437  # the same number on every architecture
_RESOLVE_NO_XDEV, _RESOLVE_NO_MAGICLINKS, _RESOLVE_NO_SYMLINKS, _RESOLVE_BENEATH = 0x01, 0x02, 0x04, 0x08
_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(kw_only=True)
class HandBack:
    """What came out."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    too_large: bool = False
    """More files or bytes than allowed; `files` is then empty."""

    def note(self, sentence: str) -> None:
        """Add a sentence, up to the number that is shown."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(sentence)
        elif len(self.notes) == MAX_NOTES:
            self.notes.append("more was left behind in /output than is named here")


class _LeftBehind(Exception):
    """A file that is not handed back; the text says why."""


def collect(folder: int, *, wanted: Sequence[str] = (), limits: Limits) -> HandBack:
    """Read the wanted files, or all, beneath an open folder; what does not fit the caps stays behind with a note."""
    result = HandBack()
    room = limits.output_mb * 2**20
    names = list(wanted) or _scan(folder, limits, result)
    for name in names:
        if len(result.files) == limits.output_files:
            return _too_large(result, f"/output holds more than {limits.output_files} files")
        try:
            content = _read(folder, name, room)
        except FileNotFoundError:
            result.note(f"/output/{name} was not written")
            continue
        except _LeftBehind as reason:
            result.note(f"/output/{shown(name)} was left behind: {reason}")
            continue
        if content is None:
            return _too_large(result, f"/output holds more than {limits.output_mb} MB")
        result.files[name] = content
        room -= len(content)
    return result


def read_capped(folder: int, name: str, cap_bytes: int) -> bytes | None:
    """Return one file's bytes, or None when it is missing, no regular file or larger than the cap."""
    try:
        return _read(folder, name, cap_bytes)
    except (_LeftBehind, FileNotFoundError):
        return None


def shown(name: str) -> str:
    """Return a hostile name as it may stand in a sentence."""
    return name.encode("ascii", "backslashreplace").decode().encode("unicode_escape").decode()[:80]


def _too_large(result: HandBack, sentence: str) -> HandBack:
    result.files.clear()
    result.notes.append(sentence)
    result.too_large = True
    return result


def _scan(folder: int, limits: Limits, result: HandBack) -> list[str]:
    """Return the relative paths of all entries that are no folders, in order, within the caps."""
    found: list[str] = []
    budget = limits.output_files * SCAN_FACTOR
    for count, path in enumerate(_walk(folder, PurePosixPath(), result)):
        if count == budget:
            result.note(f"/output holds more than {budget} entries; the rest was not looked at")
            break
        found.append(str(path))
    return sorted(found)


def _walk(folder: int, prefix: PurePosixPath, result: HandBack) -> Iterator[PurePosixPath]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix / entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield path
            elif len(path.parts) >= MAX_DEPTH:
                result.note(f"/output/{shown(str(path))} was left behind: folders may nest {MAX_DEPTH} deep")
            else:
                try:
                    inner = os.open(entry.name, _READ_FLAGS | os.O_DIRECTORY, dir_fd=folder)
                except OSError:
                    result.note(f"/output/{shown(str(path))} was left behind: it cannot be opened")
                    continue
                try:
                    yield from _walk(inner, path, result)
                finally:
                    os.close(inner)


def _read(folder: int, name: str, room: int) -> bytes | None:
    """Return the content, or None when it is larger than the room that is left."""
    _check_name(name)
    descriptor = _open_beneath(folder, name)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise _LeftBehind(f"it is a {_kind(facts.st_mode)}, only regular files are handed back")
        if facts.st_nlink != 1:
            raise _LeftBehind("it has several names (hard links)")
        if facts.st_size > room:
            return None
        return _read_to_cap(descriptor, room)
    finally:
        os.close(descriptor)


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise _LeftBehind("its path leaves /output")
    if len(path.parts) > MAX_DEPTH or len(os.fsencode(name)) > MAX_NAME_BYTES:
        raise _LeftBehind(f"its path is longer than {MAX_NAME_BYTES} bytes or deeper than {MAX_DEPTH} folders")
    if not name.isprintable() or not name.isascii():
        raise _LeftBehind("names may hold printable ASCII characters only")


def _open_beneath(folder: int, name: str) -> int:
    try:
        return _openat2(folder, name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise FileNotFoundError(name) from None
        if error.errno in (errno.ELOOP, errno.EXDEV):
            raise _LeftBehind("it is a symbolic link, or lies behind one") from None
        raise _LeftBehind(f"it cannot be opened ({error.strerror})") from None


def _openat2(folder: int, name: str) -> int:
    how = _OpenHow(
        flags=_READ_FLAGS,
        mode=0,
        resolve=_RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS | _RESOLVE_NO_XDEV,
    )
    descriptor: int = _libc.syscall(
        ctypes.c_long(_OPENAT2), folder, os.fsencode(name), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
    )
    if descriptor >= 0:
        return descriptor
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EPERM):
        return _open_component_by_component(folder, name)
    raise OSError(code, os.strerror(code))


def _open_component_by_component(folder: int, name: str) -> int:
    """Do the same on kernels before 5.6: no component may be a link, so none can lead out."""
    *parents, last = PurePosixPath(name).parts
    current = os.dup(folder)
    try:
        for part in parents:
            inner = os.open(part, _READ_FLAGS | os.O_DIRECTORY, dir_fd=current)
            os.close(current)
            current = inner
        return os.open(last, _READ_FLAGS, dir_fd=current)
    finally:
        os.close(current)


def _read_to_cap(descriptor: int, room: int) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while chunk := os.read(descriptor, 1 << 20):
        size += len(chunk)
        if size > room:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "device")
