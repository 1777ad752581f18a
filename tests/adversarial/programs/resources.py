"""Programs that try to use up what they share with others: memory, processor, disk, the judge's own time and log."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from typing import Any

from sandbox.contract import Limits, Outcome
from tests.adversarial.hostile import Hostile, held, stopped

SMALL = Limits(wall_s=30.0, memory_mb=128, tmp_mb=1024, shm_mb=1024, output_mb=1024)
LARGE = Limits(wall_s=30.0, memory_mb=2048, tmp_mb=1024, shm_mb=1024, output_mb=1024)


def _eats(name: str, *, tries: str, program: str, **fields: Any) -> Hostile:
    """Return a program that takes some 300 MB, three times what it may, and would then end well."""
    must = "it is stopped at its limit, and told so"
    return stopped(
        name, Outcome.OUT_OF_MEMORY, tries=tries, must=must, program=program, limits=SMALL, noted="128 MB", **fields
    )


PROGRAMS: tuple[Hostile, ...] = (
    _eats(
        "eats_memory_by_python",
        tries="to keep lists and numbers of Python's own",
        program="kept = [[number] for number in range(3_000_000)]",
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_mmap",
        tries="to take anonymous memory in large maps",
        program="""
        import mmap
        kept = []
        for _ in range(20):
            area = mmap.mmap(-1, 16 << 20); kept.append(area)
            for at in range(0, 16 << 20, 4096): area[at] = 1
        """,
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_numpy",
        tries="to double an array until it is too large",
        program="""
        import numpy
        array = numpy.ones(1 << 20)
        while array.nbytes < 300 << 20: array = numpy.concatenate([array, array])
        """,
    ),
    _eats(
        "eats_memory_by_shared_memory",
        tries="to hide memory in /dev/shm, which belongs to no process",
        program="with open('/dev/shm/hoard', 'wb') as file:\n    for _ in range(300): file.write(bytes(1 << 20))",
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_tmp",
        tries="to hide memory in files of /tmp",
        program="with open('/tmp/hoard', 'wb') as file:\n    for _ in range(300): file.write(bytes(1 << 20))",
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_output",
        tries="to hide memory in files of /output, where that is a file system in memory",
        program="""
        for number in range(300):
            with open(f"/output/{number % 100}", "ab") as file: file.write(bytes(1 << 20))
        os.kill(os.getpid(), 9) if os.statvfs("/output").f_blocks * os.statvfs("/output").f_frsize > 2 << 30 else None
        """,
    ),
    _eats(
        "eats_memory_by_memfd",
        tries="to hide memory in a file without a name",
        program="descriptor = os.memfd_create('hoard')\nfor _ in range(300): os.write(descriptor, bytes(1 << 20))",
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_children",
        tries="to spread memory over many processes, each of which is modest",
        program="""
        import time
        for _ in range(10):
            if os.fork() == 0:
                kept = b"x" * (30 << 20); time.sleep(0.5); os._exit(0)
        for _ in range(10): os.wait()
        """,
        relaxed=LARGE,
    ),
    _eats(
        "eats_memory_by_a_bomb_of_zeros",
        tries="to unpack a small file into a huge one",
        program="""
        import zlib
        small = zlib.compress(bytes(32 << 20), 1)
        kept = [zlib.decompress(small) for _ in range(10)]
        """,
        relaxed=LARGE,
    ),
    stopped(
        "eats_memory_by_pipes_and_sockets",
        Outcome.FINISHED,
        Outcome.OUT_OF_MEMORY,
        tries="to hide memory in the kernel's buffers",
        must="the buffers count as memory, or end with the descriptors",
        program="""
        import socket
        kept = []
        try:
            while True:
                pair = socket.socketpair(); kept.append(pair)
                for s in pair: s.setblocking(False)
                try:
                    while True: pair[0].send(bytes(65536))
                except BlockingIOError: pass
        except OSError: pass
        """,
        limits=Limits(wall_s=30.0, memory_mb=128, open_files=256),
    ),
    stopped(
        "spins_in_many_processes",
        Outcome.TIMED_OUT,
        tries="to use more processor time than allowed by spreading it over processes",
        must="their time is added up",
        program="for _ in range(3): os.fork()\nwhile True: pass",
        limits=Limits(wall_s=30.0, cpu_s=1.0, cpus=2.0),
        noted="processor time",
    ),
    stopped(
        "spins_in_native_threads",
        Outcome.TIMED_OUT,
        tries="to compute in threads that let go of the interpreter's lock and hear no signal",
        must="their time is added up",
        program="""
        import hashlib, threading
        def work():
            for _ in range(3): hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """,
        limits=Limits(wall_s=30.0, cpu_s=1.0, cpus=2.0),
        noted="processor time",
    ),
    stopped(
        "loses_itself_in_a_pattern",
        Outcome.TIMED_OUT,
        tries="one call that takes for ever, holds the interpreter's lock and hears no signal",
        must="the clock is outside of it",
        program="import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
        limits=Limits(wall_s=30.0, cpu_s=0.5),
    ),
    stopped(
        "sleeps_for_ever",
        Outcome.TIMED_OUT,
        tries="to hold its place without using anything",
        must="the wall clock ends it",
        program="import time\ntime.sleep(1.4)",
        limits=Limits(wall_s=0.7),
        relaxed=Limits(wall_s=10.0),
        noted="0.7 seconds",
        within_s=4.0,
    ),
    stopped(
        "prints_for_ever",
        Outcome.TIMED_OUT,
        tries="to fill our memory or disk with standard output, in one line without end",
        must="the last bytes are kept and no more",
        program="while True: os.write(1, b'x' * 65536)",
        limits=Limits(wall_s=0.7, log_bytes=2000),
    ),
    stopped(
        "complains_for_ever",
        Outcome.TIMED_OUT,
        tries="to fill our memory or disk with standard error, in short lines",
        must="the last bytes are kept and no more",
        program="while True: print('no', file=sys.stderr)",
        limits=Limits(wall_s=0.7, log_bytes=2000),
    ),
    stopped(
        "talks_with_both_mouths",
        Outcome.TIMED_OUT,
        tries="to flood both streams from several processes at once, so that reading one starves the other",
        must="the clock is kept all the same",
        program="for _ in range(2): os.fork()\nwhile True: os.write(1, b'o' * 4096); os.write(2, b'e\\n' * 2048)",
        limits=Limits(wall_s=0.7, log_bytes=2000),
        within_s=4.0,
    ),
    Hostile(
        name="paints_the_terminal",
        tries="to clear a reader's screen, to set its title and to rewrite lines, by its output",
        must="what is shown is plain text",
        program=r"""
        os.write(1, b"\x1b[2J\x1b]0;owned\x07\x9bgone\x08\x08\r\nhe\x1b[31mld\x00\n")
        os.write(2, b"\x1b[1A\x1b[2Kno error\x1bP+q\x1b\\\n")
        """,
        printed=None,
        ends=frozenset({Outcome.FINISHED}),
    ),
    stopped(
        "fills_the_output",
        Outcome.OUTPUT_TOO_LARGE,
        tries="to fill the disk through many files",
        must="all files together are capped",
        program="""
        for number in range(48):
            with open(f"/output/{number}", "wb") as file: file.write(bytes(1 << 20))
        """,
        limits=Limits(wall_s=30.0, output_mb=16, memory_mb=256),
        relaxed=Limits(wall_s=30.0, output_mb=64, memory_mb=256),
        handed_back={},
    ),
    held(
        "fills_the_output_by_one_call",
        tries="to reserve the whole disk for one file without writing a byte",
        must="what is reserved counts as written, and does not fit",
        program="""
        descriptor = os.open("/output/huge", os.O_CREAT | os.O_RDWR)
        for size in (1 << 40, 1 << 30, 24 << 20): attempt(size, os.posix_fallocate, descriptor, 0, size)
        if os.fstat(descriptor).st_blocks * 512 > 17 << 20: got.append("blocks")
        """,
        ends=frozenset({Outcome.FINISHED, Outcome.OUTPUT_TOO_LARGE}),
        limits=Limits(wall_s=30.0, output_mb=16, tmp_mb=32, memory_mb=256),
        relaxed=Limits(wall_s=30.0, output_mb=64, tmp_mb=64, memory_mb=256),
    ),
    stopped(
        "makes_a_million_files",
        Outcome.OUTPUT_TOO_LARGE,
        Outcome.OUT_OF_MEMORY,
        Outcome.TIMED_OUT,
        tries="to use up the inodes with empty files and folders",
        must="there are no more than a multiple of those allowed",
        program="for number in range(1_000_000): os.mkdir(f'/output/{number}'); open(f'/output/{number}/f', 'w').close()",
        limits=Limits(wall_s=2.0, output_files=16, memory_mb=128),
    ),
    held(
        "fills_tmp_and_shared_memory",
        tries="to write more to /tmp and /dev/shm than they may hold",
        must="both are full at their size, and the program lives on",
        program="""
        for folder in ("/tmp", "/dev/shm"):
            written = 0
            try:
                with open(f"{folder}/hoard", "wb", buffering=0) as file:
                    for _ in range(40): written += file.write(bytes(1 << 20))
            except OSError: pass
            if written > 17 << 20: got.append((folder, written))
            try: os.unlink(f"{folder}/hoard")
            except OSError: pass
        """,
        limits=Limits(wall_s=20.0, memory_mb=256, tmp_mb=16, shm_mb=16),
        relaxed=Limits(wall_s=20.0, memory_mb=512, tmp_mb=64, shm_mb=64),
    ),
    held(
        "fills_the_report",
        tries="to use the guest's own folder as a larger disk",
        must="it holds little",
        program="""
        written = 0
        try:
            for number in range(30):
                with open(f"/report/{number}", "wb") as file: written += file.write(bytes(1 << 20)); file.flush()
        except OSError: pass
        if written > 9 << 20: got.append(written)
        """,
        limits=Limits(wall_s=20.0, output_mb=8, memory_mb=256),
        ends=frozenset({Outcome.FINISHED, Outcome.OUTPUT_TOO_LARGE}),
    ),
    stopped(
        "overflows_the_stack",
        Outcome.CRASHED,
        Outcome.OUT_OF_MEMORY,
        tries="to crash the interpreter by endless recursion",
        must="that is its own crash",
        program="sys.setrecursionlimit(10**9)\ndef f(): return f.__call__()\nf()",
        limits=Limits(wall_s=20.0, memory_mb=512),
    ),
    held(
        "opens_files_without_end",
        tries="to use up file descriptors, and to raise its own limits",
        must="the number is capped and no hard limit can be raised",
        program="""
        import resource
        kept = []
        try:
            while len(kept) < 1000: kept.append(os.open("/dev/null", os.O_RDONLY))
        except OSError: pass
        for number in kept: os.close(number)
        if len(kept) > 256: got.append(len(kept))
        for name in ("RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_CPU"):
            kind = getattr(resource, name)
            attempt(name, resource.setrlimit, kind, (resource.getrlimit(kind)[1] + 1,) * 2)
        """,
        limits=Limits(wall_s=20.0, open_files=256),
        relaxed=Limits(wall_s=20.0, open_files=2048),
    ),
)
