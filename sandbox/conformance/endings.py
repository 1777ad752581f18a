"""How a run is told: its end, its error, its log, its usage, its progress."""

from __future__ import annotations

import json

from sandbox.conformance.bench import Bench, BrokenPromise, expect, same
from sandbox.contract import Limits, Outcome


def progress_is_told(bench: Bench) -> None:
    """`progress 1/2` on standard output is told as 50 per cent while the program runs."""
    told: list[int] = []
    result = bench.run("print('progress 1/2', flush=True)", on_progress=told.append)
    expect(result, Outcome.FINISHED)
    same(told, [50])


def writing_nothing_is_no_failure(bench: Bench) -> None:
    """A program that ends well and writes nothing has finished; what is missing is for the judge to say."""
    result = bench.run("pass")
    expect(result, Outcome.FINISHED)
    same(dict(result.outputs), {})


def a_failing_program_has_crashed(bench: Bench) -> None:
    """Exit code 1, the type and text of the exception, its file and its line."""
    program = "import helper\n\n\nhelper.fail()\n"
    result = bench.run(program, files={"helper.py": "def fail():\n    raise ValueError('no such luck')\n"})
    expect(result, Outcome.CRASHED, warned="ValueError: no such luck")
    error = result.error
    seen = error and (error.type, error.message, error.file, error.line, error.cell)
    same(seen, ("ValueError", "no such luck", "helper.py", 2, None))
    if "judge_guest" in result.stderr_tail:
        raise BrokenPromise("the learner's traceback shows the judge's own files")


def an_exit_code_is_told(bench: Bench) -> None:
    """sys.exit(3) is a crash with exit code 3 and no exception."""
    result = bench.run("import sys; sys.exit(3)")
    expect(result, Outcome.CRASHED)
    same((result.exit_code, result.error), (3, None))


def exit_handlers_run_and_output_is_flushed(bench: Bench) -> None:
    """atexit, threads and buffers end as they do in a plain `python main.py`."""
    result = bench.run(
        """
        import atexit, sys, threading, time
        atexit.register(lambda: open("/output/late.txt", "w").write("late"))
        threading.Thread(target=lambda: (time.sleep(0.2), open("/output/thread.txt", "w").write("t"))).start()
        sys.stdout.write("no newline")
        kept = open("/output/open.txt", "w"); kept.write("never closed"); kept.flush()
        """
    )
    expect(result, Outcome.FINISHED, printed="no newline")
    same(sorted(result.outputs), ["late.txt", "open.txt", "thread.txt"])


def notebooks_run_cell_by_cell(bench: Bench) -> None:
    """Code cells run in order in one namespace; lines for Jupyter only are skipped and named."""
    text = _notebook(
        "%matplotlib inline\nx = 20", "!pip install nothing\ny = (100\n     % 30)", "%%bash\nrm -rf /", "print(x + y)"
    )
    result = bench.run(text, entry="main.ipynb")
    expect(result, Outcome.FINISHED, printed="30\n", warned="<cell 1>, line 1: skipped")


def a_failing_cell_is_named(bench: Bench) -> None:
    """The number of the cell among the code cells, and the line in it."""
    result = bench.run(_notebook("x = 1", "y = 2\n\nz = x / 0\n", "print('never')"), entry="main.ipynb")
    expect(result, Outcome.CRASHED, warned="z = x / 0")
    error = result.error
    same(error and (error.type, error.cell, error.line, error.file), ("ZeroDivisionError", 2, 3, None))


def usage_is_measured(bench: Bench) -> None:
    """Wall clock, processor time and peak memory are measured on our side."""
    program = (
        "import time\nkept = bytearray(100 << 20)\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"
    )
    usage = bench.run(program).usage
    # A kernel in user space (gVisor) also counts the moments in which the host gave the processor to somebody else.
    if usage.cpu_s is None or not 0.5 <= usage.cpu_s <= 3.0 or usage.wall_s < 0.9:
        raise BrokenPromise(f"one second of work was measured as {usage}")
    if usage.peak_memory_mb is None or not 90 <= usage.peak_memory_mb <= 300:
        raise BrokenPromise(f"100 MB were measured as {usage}")


def use_over_time_is_measured(bench: Bench) -> None:
    """A second asleep and a second at work can be told apart afterwards, in at most 30 stretches."""
    program = "import time\ntime.sleep(1.2)\nend = time.process_time() + 1.2\nwhile time.process_time() < end: pass"
    usage = bench.run(program).usage
    asleep = [moment.cpus for moment in usage.timeline if moment.until_s <= 1.0 and moment.cpus is not None]
    awake = [moment.cpus for moment in usage.timeline if moment.until_s > 1.5 and moment.cpus is not None]
    # Starting Python takes a part of the first second, and a busy host may give a program a fifth of a processor.
    if not asleep or not awake or max(awake) < 0.15 or min(asleep) > 0.1 or len(usage.timeline) > 30:
        raise BrokenPromise(f"asleep {asleep}, at work {awake}, of {usage.wall_s:.1f} s in {len(usage.timeline)} parts")


def libraries_work(bench: Bench) -> None:
    """numpy, pandas, scipy, scikit-learn with parallel jobs, pillow and multiprocessing do their work inside."""
    program = """
    import multiprocessing, numpy, pandas, scipy.stats
    from PIL import Image
    from sklearn.ensemble import RandomForestClassifier
    from joblib import Parallel, delayed
    if __name__ == "__main__":
        X = numpy.random.default_rng(0).normal(size=(200, 4)); y = X[:, 0] > 0
        model = RandomForestClassifier(20, n_jobs=2, random_state=0).fit(X, y)
        pandas.DataFrame({"id": range(200), "p": model.predict(X)}).to_csv("/output/p.csv", index=False)
        Image.new("RGB", (8, 8)).save("/output/i.png")
        with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))
        print(Parallel(n_jobs=2)(delayed(abs)(n) for n in (-3, -4)), model.score(X, y) > 0.9)
    """
    result = bench.run(program, limits=Limits(wall_s=120.0, memory_mb=1500, cpus=2.0))
    expect(result, Outcome.FINISHED, printed="[1, 2]\n[3, 4] True\n")
    same(sorted(result.outputs), ["i.png", "p.csv"])


def the_log_is_capped(bench: Bench) -> None:
    """A print loop costs neither our memory nor our disk; the last bytes are kept, and the rest is counted."""
    program = "import os\nwhile True: os.write(1, b'x' * 65535 + b'\\n')"
    result = bench.run(program, limits=Limits(wall_s=2.0, log_bytes=1000))
    expect(result, Outcome.TIMED_OUT)
    if len(result.stdout_tail) > 1100 or "were cut]" not in result.stdout_tail:
        raise BrokenPromise(f"{len(result.stdout_tail)} characters of log were kept, 1000 were allowed")


def the_log_is_readable_text(bench: Bench) -> None:
    """Escape sequences, control characters and broken UTF-8 never reach a reader."""
    program = r"import os; os.write(1, b'a\x1b[31mred\x1b]0;title\x07\x00\x08\xff\r\nend\n')"
    expect(bench.run(program), Outcome.FINISHED, printed="ared\ufffd\nend\n")


def _notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Words"]}]
    cells += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source.splitlines(keepends=True)}
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
