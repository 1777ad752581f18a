"""Moving bytes between us and a program that may print for ever, in bounded memory."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator

from sandbox.box import Chunk, Stream

READ_BYTES = 1 << 16
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\u00a0-\U0010ffff]")
_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")


class Tail:
    """The last bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.total_bytes = 0

    def feed(self, data: bytes) -> None:
        self.total_bytes += len(data)
        self._kept += data
        # Cut now and then, not at every chunk.
        if len(self._kept) > 2 * self._limit + READ_BYTES:
            del self._kept[: -self._limit or None]

    def text(self) -> str:
        """Return readable text: no escape sequences, no control characters, no broken UTF-8."""
        kept = bytes(self._kept[-self._limit :] if self._limit else b"")
        text = _CONTROL.sub(
            "", _ESCAPE.sub("", kept.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n"))
        )
        cut = self.total_bytes - len(kept)
        return f"[{cut} bytes before this were cut]\n{text}" if cut > 0 else text


class PipeWire:
    """Three pipes of a child process."""

    def __init__(self, *, stdin: int, stdout: int, stderr: int) -> None:
        self._stdin: int | None = stdin
        self._streams = {stdout: Stream.OUT, stderr: Stream.ERR}
        for descriptor in (stdin, stdout, stderr):
            os.set_blocking(descriptor, False)

    @classmethod
    def of(cls, process: subprocess.Popen[bytes]) -> PipeWire:
        """Take the three pipes over from a process that was started with them."""
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("the process was started without pipes")
        taken = [os.dup(stream.fileno()) for stream in (process.stdin, process.stdout, process.stderr)]
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
        return cls(stdin=taken[0], stdout=taken[1], stderr=taken[2])

    def readable(self) -> list[int]:
        return list(self._streams)

    def read(self, descriptor: int) -> list[Chunk]:
        try:
            data = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return []
        if data:
            return [Chunk(stream=self._streams[descriptor], data=data)]
        del self._streams[descriptor]
        os.close(descriptor)
        return []

    def writable(self) -> int | None:
        return self._stdin

    def write(self, data: bytes | memoryview) -> int:
        if self._stdin is None:
            raise BrokenPipeError
        try:
            return os.write(self._stdin, data)
        except BlockingIOError:
            return 0

    def close_input(self) -> None:
        if self._stdin is not None:
            with contextlib.suppress(OSError):
                os.close(self._stdin)
            self._stdin = None

    def close(self) -> None:
        self.close_input()
        for descriptor in list(self._streams):
            os.close(descriptor)
        self._streams.clear()


class SocketWire:
    """The engine's attached connection: bytes in, frames of standard output and standard error out."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.setblocking(False)
        self._open = True
        self._writes = True
        self._head = bytearray()
        self._left = 0
        self._stream = Stream.OUT

    def readable(self) -> list[int]:
        return [self._connection.fileno()] if self._open else []

    def read(self, descriptor: int) -> list[Chunk]:
        try:
            data = self._connection.recv(READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return []
        except OSError:
            data = b""
        if not data:
            self._open = False
            return []
        return list(self._frames(memoryview(data)))

    def writable(self) -> int | None:
        return self._connection.fileno() if self._writes else None

    def write(self, data: bytes | memoryview) -> int:
        if not self._writes:
            raise BrokenPipeError
        try:
            return self._connection.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError):
            return 0

    def close_input(self) -> None:
        if self._writes:
            self._writes = False
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)

    def hang_up(self) -> None:
        """Refuse further output, from any thread; what has arrived can still be read."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._open = self._writes = False
        with contextlib.suppress(OSError):
            self._connection.close()

    def _frames(self, data: memoryview) -> Iterator[Chunk]:
        """Take apart `stream, 0, 0, 0, length (4 bytes, big-endian), payload`, wherever reads happen to cut it."""
        while data:
            if self._left == 0:
                taken = min(8 - len(self._head), len(data))
                self._head += data[:taken]
                data = data[taken:]
                if len(self._head) == 8:
                    self._stream = Stream.ERR if self._head[0] == 2 else Stream.OUT
                    self._left = int.from_bytes(self._head[4:], "big")
                    self._head.clear()
                continue
            taken = min(self._left, len(data))
            yield Chunk(stream=self._stream, data=bytes(data[:taken]))
            self._left -= taken
            data = data[taken:]
