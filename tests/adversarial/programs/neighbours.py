"""Programs that hoard what is counted for the whole host or for one user, while somebody else's program runs."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from sandbox.contract import Limits

LIMITS = Limits(wall_s=30.0, memory_mb=256, processes=64)


@dataclass(frozen=True, kw_only=True)
class Hoarder:
    """Says `hoarding` once it has all that it can get, and keeps it."""

    name: str
    tries: str
    program: str
    limits: Limits = LIMITS

    def source(self) -> str:
        start = "import ctypes, os, signal, sys, time\nlibc = ctypes.CDLL(None)\nkept = []\n"
        return f"{start}{dedent(self.program)}\nprint('hoarding', flush=True)\ntime.sleep(1000)\n"


HOARDERS: tuple[Hoarder, ...] = (
    Hoarder(
        name="processes",
        tries="as many processes as it may have; the kernel counts them for each user too",
        program="""
        try:
            while True:
                if os.fork() == 0: time.sleep(1000)
        except OSError: pass
        """,
    ),
    Hoarder(
        name="watches",
        tries="inotify instances, of which a user has some hundred",
        program="""
        while libc.inotify_init1(0) >= 0: pass
        """,
    ),
    Hoarder(
        name="timers",
        tries="timers and pending signals, which a user may have some thousands of",
        program="""
        timer = ctypes.c_void_p()
        for _ in range(200_000):
            if libc.timer_create(1, None, ctypes.byref(timer)) != 0: break
        """,
    ),
    Hoarder(
        name="pipes",
        tries="pipes full of bytes, whose pages are counted for each user",
        program="""
        import fcntl
        try:
            while True:
                ends = os.pipe(); kept.append(ends); os.set_blocking(ends[1], False)
                try: fcntl.fcntl(ends[1], 1031, 1 << 20)
                except OSError: pass
                try:
                    while True: os.write(ends[1], bytes(65536))
                except BlockingIOError: pass
        except OSError: pass
        """,
    ),
    Hoarder(
        name="locked_memory",
        tries="memory that cannot be swapped, and maps in great number",
        program="""
        import mmap
        for _ in range(2000):
            area = mmap.mmap(-1, 4096 * 3); kept.append(area); area[0] = 1
            libc.mlock(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(area))), ctypes.c_size_t(4096))
        """,
    ),
    Hoarder(
        name="processor",
        tries="all the processor time that its share allows, in more threads than there are processors",
        program="""
        for _ in range(8):
            if os.fork() == 0:
                while True: pass
        """,
        limits=Limits(wall_s=30.0, cpus=0.5),
    ),
)
