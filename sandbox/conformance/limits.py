"""What a program can use up, and that nothing of it is left."""

from __future__ import annotations

import time

from sandbox.conformance.bench import Bench, BrokenPromise, expect, same
from sandbox.contract import Limits, Outcome


def a_sleeper_is_stopped_at_the_wall_clock(bench: Bench) -> None:
    """A program that does nothing for ever is timed out, close to its limit, whatever it does with signals."""
    program = """
    import signal, time
    for number in range(1, 32):
        try: signal.signal(number, signal.SIG_IGN)
        except OSError: pass
    print("asleep")
    while True: time.sleep(1000)
    """
    began = time.monotonic()
    result = bench.run(program, limits=Limits(wall_s=2.0))
    expect(result, Outcome.TIMED_OUT, printed="asleep\n", noted="2 seconds")
    if not 1.9 <= result.usage.wall_s <= 5.0 or time.monotonic() - began > 30:
        raise BrokenPromise(f"stopped after {result.usage.wall_s:.1f} s instead of 2 s")


def processor_time_is_capped(bench: Bench) -> None:
    """A program that spins is stopped at its processor time, long before its wall clock."""
    result = bench.run("while True: pass", limits=Limits(wall_s=60.0, cpu_s=1.0))
    expect(result, Outcome.TIMED_OUT, noted="processor time")


def the_processor_share_is_capped(bench: Bench) -> None:
    """Half a processor is half a processor, however many threads or processes ask."""
    program = """
    import os, time
    for _ in range(3): os.fork()
    end = time.monotonic() + 2
    while time.monotonic() < end: pass
    """
    usage = bench.run(program, limits=Limits(wall_s=30.0, cpus=0.5)).usage
    if usage.cpu_s is None or usage.cpu_s / usage.wall_s > 0.6:
        raise BrokenPromise(f"0.5 processors were allowed, the usage was {usage}")


def memory_is_capped(bench: Bench) -> None:
    """A program that takes more memory than allowed ends with OUT_OF_MEMORY."""
    program = "kept = []\nwhile True: kept.append(bytearray(1 << 20))"
    result = bench.run(program, limits=Limits(wall_s=60.0, memory_mb=128))
    expect(result, Outcome.OUT_OF_MEMORY, noted="128 MB")


def memory_of_children_is_capped(bench: Bench) -> None:
    """A child that is killed for memory makes the run OUT_OF_MEMORY, even if its parent ends well."""
    program = """
    import subprocess, sys
    subprocess.run([sys.executable, "-c", "kept = [bytearray(1 << 20) for _ in range(1000)]"])
    """
    result = bench.run(program, limits=Limits(wall_s=60.0, memory_mb=128))
    expect(result, Outcome.OUT_OF_MEMORY)


def memory_never_exceeds_its_limit(bench: Bench) -> None:
    """Processes that fill memory together and at once are stopped at the limit, not some time after it."""
    program = """
    import os, time
    for _ in range(6):
        if os.fork() == 0:
            kept = b"x" * (100 << 20); time.sleep(2); os._exit(0)
    time.sleep(3)
    """
    result = bench.run(program, limits=Limits(wall_s=30.0, memory_mb=200))
    expect(result, Outcome.OUT_OF_MEMORY)
    if result.usage.peak_memory_mb is None or result.usage.peak_memory_mb > 201:
        raise BrokenPromise(f"200 MB were allowed, the peak was {result.usage.peak_memory_mb} MB")


def an_impossible_allocation_is_out_of_memory(bench: Bench) -> None:
    """numpy asking for 64 TB fails at once, with the learner's line."""
    result = bench.run("import numpy\nnumpy.ones(1 << 43)\n")
    expect(result, Outcome.OUT_OF_MEMORY)
    same(result.error and result.error.line, 2)


def a_fork_bomb_is_contained(bench: Bench) -> None:
    """Processes are capped, and all of them are gone afterwards."""
    program = """
    import os, time
    count = 0
    try:
        while True:
            if os.fork() == 0: time.sleep(1000)
            count += 1
    except OSError:
        print("contained" if count <= 40 else f"{count} children")
    """
    limits = Limits(wall_s=30.0, processes=40)
    expect(bench.run(program, limits=limits), Outcome.FINISHED, printed="contained\n")


def orphans_die_with_the_run(bench: Bench) -> None:
    """A daemon that left its session does not outlive the program, and writes nothing more."""
    program = """
    import os, sys, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(600):
                open("/output/beat", "w").write(str(number)); time.sleep(0.1)
        os._exit(0)
    time.sleep(0.5)
    """
    result = bench.run(program, limits=Limits(wall_s=30.0))
    expect(result, Outcome.FINISHED)
    if result.usage.wall_s > 10:
        raise BrokenPromise(f"the run was held up for {result.usage.wall_s:.0f} s by an orphan")
