"""The promises that every backend keeps, by name; the one suite that docker and bubblewrap both pass.

A promise is a function: its name is the promise, its docstring says what is promised, and it raises BrokenPromise
with what was seen instead. A backend that cannot keep one on a host names it in its probe's refusals; then it is not
asked. An operator can run them all on a host: `python -m sandbox.conformance docker`.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox import backends
from sandbox.contract import Conversation, Limits, Outcome, RunResult, RunSpec, Sandbox
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong


class BrokenPromise(AssertionError):
    """What the backend did instead."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A sandbox and a folder in which programs for it are laid out."""

    sandbox: Sandbox
    folder: Path
    limits: Limits = field(default_factory=lambda: Limits(wall_s=30.0, memory_mb=512))

    def spec(
        self,
        program: str,
        *,
        entry: str = "main.py",
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
        data: Mapping[str, bytes] | None = None,
        **fields: Any,
    ) -> RunSpec:
        work = Path(tempfile.mkdtemp(dir=self.folder))
        for name, text in {entry: textwrap.dedent(program), **(files or {})}.items():
            (work / name).write_text(text)
        folders: tuple[Path, ...] = ()
        if data is not None:
            given = Path(tempfile.mkdtemp(dir=self.folder))
            for name, content in data.items():
                (given / name).write_bytes(content)
            folders = (given,)
        return RunSpec(work=work, entry=entry, data=folders, limits=limits or self.limits, **fields)

    def run(self, program: str, **fields: Any) -> RunResult:
        return self.sandbox.run(self.spec(program, **fields))

    def converse(self, program: str, **fields: Any) -> Conversation:
        return self.sandbox.converse(self.spec(program, **fields))


Promise = Callable[[Bench], None]


def outputs_are_handed_back(bench: Bench) -> None:
    """Files that the program writes to /output come back, in folders too; other outcomes of it are plain facts."""
    result = bench.run(
        """
        import os, pathlib
        out = pathlib.Path(os.environ["OUTPUT_DIR"])
        (out / "predictions.csv").write_text("id,target\\n1,2\\n")
        (out / "deep").mkdir()
        (out / "deep" / "er.bin").write_bytes(bytes(range(256)))
        print(pathlib.Path(os.environ["DATA_DIR"], "test.csv").read_text())
        """,
        data={"test.csv": b"id\n1\n"},
    )
    _expect(result, Outcome.FINISHED, printed="id\n1\n\n")
    _same(dict(result.outputs), {"predictions.csv": b"id,target\n1,2\n", "deep/er.bin": bytes(range(256))})


def only_wanted_outputs_are_handed_back(bench: Bench) -> None:
    """With a list of wanted files the rest stays behind, and a missing one is named."""
    program = "[open('/output/' + name, 'w').write(name) for name in 'ab']"
    result = bench.run(program, wanted_outputs=("a", "missing.csv"))
    _expect(result, Outcome.FINISHED, noted="/output/missing.csv was not written")
    _same(dict(result.outputs), {"a": b"a"})


def progress_is_told(bench: Bench) -> None:
    """`progress 1/2` on standard output is told as 50 per cent while the program runs."""
    told: list[int] = []
    result = bench.run("print('progress 1/2', flush=True)", on_progress=told.append)
    _expect(result, Outcome.FINISHED)
    _same(told, [50])


def writing_nothing_is_no_failure(bench: Bench) -> None:
    """A program that ends well and writes nothing has finished; what is missing is for the judge to say."""
    result = bench.run("pass")
    _expect(result, Outcome.FINISHED)
    _same(dict(result.outputs), {})


def a_failing_program_has_crashed(bench: Bench) -> None:
    """Exit code 1, the type and text of the exception, its file and its line."""
    program = "import helper\n\n\nhelper.fail()\n"
    result = bench.run(program, files={"helper.py": "def fail():\n    raise ValueError('no such luck')\n"})
    _expect(result, Outcome.CRASHED, warned="ValueError: no such luck")
    error = result.error
    seen = error and (error.type, error.message, error.file, error.line, error.cell)
    _same(seen, ("ValueError", "no such luck", "helper.py", 2, None))
    if "judge_guest" in result.stderr_tail:
        raise BrokenPromise("the learner's traceback shows the judge's own files")


def an_exit_code_is_told(bench: Bench) -> None:
    """sys.exit(3) is a crash with exit code 3 and no exception."""
    result = bench.run("import sys; sys.exit(3)")
    _expect(result, Outcome.CRASHED)
    _same((result.exit_code, result.error), (3, None))


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
    _expect(result, Outcome.FINISHED, printed="no newline")
    _same(sorted(result.outputs), ["late.txt", "open.txt", "thread.txt"])


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
    _expect(result, Outcome.TIMED_OUT, printed="asleep\n", noted="2 seconds")
    if not 1.9 <= result.usage.wall_s <= 5.0 or time.monotonic() - began > 30:
        raise BrokenPromise(f"stopped after {result.usage.wall_s:.1f} s instead of 2 s")


def processor_time_is_capped(bench: Bench) -> None:
    """A program that spins is stopped at its processor time, long before its wall clock."""
    result = bench.run("while True: pass", limits=Limits(wall_s=60.0, cpu_s=1.0))
    _expect(result, Outcome.TIMED_OUT, noted="processor time")


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
    _expect(result, Outcome.OUT_OF_MEMORY, noted="128 MB")


def memory_of_children_is_capped(bench: Bench) -> None:
    """A child that is killed for memory makes the run OUT_OF_MEMORY, even if its parent ends well."""
    program = """
    import subprocess, sys
    subprocess.run([sys.executable, "-c", "kept = [bytearray(1 << 20) for _ in range(1000)]"])
    """
    result = bench.run(program, limits=Limits(wall_s=60.0, memory_mb=128))
    _expect(result, Outcome.OUT_OF_MEMORY)


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
    _expect(result, Outcome.OUT_OF_MEMORY)
    if result.usage.peak_memory_mb is None or result.usage.peak_memory_mb > 201:
        raise BrokenPromise(f"200 MB were allowed, the peak was {result.usage.peak_memory_mb} MB")


def an_impossible_allocation_is_out_of_memory(bench: Bench) -> None:
    """numpy asking for 64 TB fails at once, with the learner's line."""
    result = bench.run("import numpy\nnumpy.ones(1 << 43)\n")
    _expect(result, Outcome.OUT_OF_MEMORY)
    _same(result.error and result.error.line, 2)


def the_log_is_capped(bench: Bench) -> None:
    """A print loop costs neither our memory nor our disk; the last bytes are kept, and the rest is counted."""
    program = "import os\nwhile True: os.write(1, b'x' * 65535 + b'\\n')"
    result = bench.run(program, limits=Limits(wall_s=2.0, log_bytes=1000))
    _expect(result, Outcome.TIMED_OUT)
    if len(result.stdout_tail) > 1100 or "were cut]" not in result.stdout_tail:
        raise BrokenPromise(f"{len(result.stdout_tail)} characters of log were kept, 1000 were allowed")


def the_log_is_readable_text(bench: Bench) -> None:
    """Escape sequences, control characters and broken UTF-8 never reach a reader."""
    program = r"import os; os.write(1, b'a\x1b[31mred\x1b]0;title\x07\x00\x08\xff\r\nend\n')"
    _expect(bench.run(program), Outcome.FINISHED, printed="ared\ufffd\nend\n")


def links_and_pipes_are_left_behind(bench: Bench) -> None:
    """Symbolic links, hard links, named pipes and sockets in /output are not followed, not opened, but named."""
    result = bench.run(
        """
        import os, socket
        os.chdir("/output")
        os.symlink("/etc/passwd", "link.csv")
        os.symlink("/", "folder")
        os.mkdir("real"); open("real/data.csv", "w").write("fine"); os.symlink("real", "alias")
        os.mkfifo("pipe.csv")
        open("one.csv", "w").write("1"); os.link("one.csv", "two.csv")
        socket.socket(socket.AF_UNIX).bind("socket.csv")
        """
    )
    _expect(result, Outcome.FINISHED, noted="link.csv was left behind: it is a symbolic link")
    _same(dict(result.outputs), {"real/data.csv": b"fine"})
    named = " ".join(result.notes)
    for name in ("folder", "alias", "pipe.csv", "one.csv", "two.csv", "socket.csv"):
        if f"/output/{name} " not in named:
            raise BrokenPromise(f"nothing was said about {name}: {named}")


def wanted_links_are_left_behind(bench: Bench) -> None:
    """A link is not followed either when its very name is wanted."""
    program = "import os; os.symlink('/data/secret', '/output/p.csv'); os.symlink('/data', '/output/d')"
    result = bench.run(program, data={"secret": b"hidden"}, wanted_outputs=("p.csv", "d/secret"))
    _expect(result, Outcome.FINISHED, noted="symbolic link")
    _same(dict(result.outputs), {})


def huge_output_is_capped(bench: Bench) -> None:
    """Writing more than allowed ends with OUTPUT_TOO_LARGE, and no more than that is ever stored."""
    program = "with open('/output/big', 'wb') as file:\n    for _ in range(1000): file.write(bytes(1 << 20))"
    result = bench.run(program, limits=Limits(wall_s=60.0, output_mb=8))
    _expect(result, Outcome.OUTPUT_TOO_LARGE)
    _same(dict(result.outputs), {})


def output_never_exceeds_its_limit(bench: Bench) -> None:
    """What can be written to /output in a burst is no more than the cap, over all files together."""
    program = """
    written = 0
    try:
        for number in range(100):
            with open(f"/output/{number}", "wb", buffering=0) as file:
                for _ in range(4): written += file.write(bytes(1 << 20))
    finally:
        print(written >> 20)
    """
    result = bench.run(program, limits=Limits(wall_s=30.0, output_mb=8))
    _expect(result, Outcome.OUTPUT_TOO_LARGE)
    if not result.stdout_tail.strip().isdecimal() or int(result.stdout_tail) > 9:
        raise BrokenPromise(f"8 MB were allowed, {result.stdout_tail.strip() or 'an unknown number'} MB were written")


def sparse_output_is_capped(bench: Bench) -> None:
    """A file of a terabyte made of nothing is refused, as is one just over the cap."""
    limits = Limits(wall_s=30.0, output_mb=8, tmp_mb=64)
    for size in (1 << 40, 9 << 20):
        result = bench.run(f"open('/output/sparse', 'wb').truncate({size})", limits=limits)
        _expect(result, Outcome.OUTPUT_TOO_LARGE)


def many_files_are_capped(bench: Bench) -> None:
    """More files than allowed end with OUTPUT_TOO_LARGE."""
    program = "for number in range(20000): open(f'/output/{number}', 'w').close()"
    result = bench.run(program, limits=Limits(wall_s=60.0, output_files=10))
    _expect(result, Outcome.OUTPUT_TOO_LARGE)


def strange_names_are_left_behind(bench: Bench) -> None:
    """Names with newlines, right-to-left marks or endless length do not come back, and deep folders are cut."""
    result = bench.run(
        """
        import os
        for name in ("a\\nb", "\\u202egnp.exe", "x" * 250, "-rf"):
            open(os.path.join("/output", name), "w").close()
        os.makedirs("/output/" + "d/" * 30)
        open("/output/" + "d/" * 30 + "deep", "w").close()
        """
    )
    _expect(result, Outcome.FINISHED)
    _same(sorted(result.outputs), ["-rf"])


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
    _expect(bench.run(program, limits=limits), Outcome.FINISHED, printed="contained\n")


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
    _expect(result, Outcome.FINISHED)
    if result.usage.wall_s > 10:
        raise BrokenPromise(f"the run was held up for {result.usage.wall_s:.0f} s by an orphan")


def there_is_no_network(bench: Bench) -> None:
    """No address answers: not by name, not IPv4 or IPv6, no cloud metadata, no abstract socket of the host."""
    program = """
    import socket
    reached = []
    for address in ("192.0.2.1", 80), ("169.254.169.254", 80), ("8.8.8.8", 53), ("::1", 22), ("2001:db8::1", 80):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            with socket.socket(family) as s: s.settimeout(2); s.connect(address); reached.append(address)
        except OSError: pass
    try: reached.append(socket.getaddrinfo("example.org", 80))
    except OSError: pass
    try:
        with socket.socket(socket.AF_UNIX) as s: s.connect(ABSTRACT); reached.append("abstract")
    except OSError: pass
    print(reached, [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line])
    """
    name = f"\0judge-conformance-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        result = bench.run(program.replace("ABSTRACT", repr(name)))
    _expect(result, Outcome.FINISHED)
    _same(result.stdout_tail, "[] ['lo']\n")


def inputs_are_read_only(bench: Bench) -> None:
    """/work, /data and the rest of the system cannot be written, only /output and /tmp can."""
    program = """
    import os
    written = []
    for folder in ("/", "/work", "/data", "/usr", "/etc", "/opt", "/dev", "/report/..", os.path.dirname(os.__file__)):
        try: open(os.path.join(folder, "mark"), "w").close(); written.append(folder)
        except OSError: pass
    for path in ("/data/test.csv", "/work/main.py"):
        for attempt in (lambda: open(path, "a"), lambda: os.unlink(path), lambda: os.chmod(path, 0o777)):
            try: attempt(); written.append(path)
            except OSError: pass
    for folder in ("/output", "/tmp", "/dev/shm"):
        open(os.path.join(folder, "mark"), "w").close()
    print(written)
    """
    _expect(bench.run(program, data={"test.csv": b"1"}), Outcome.FINISHED, printed="[]\n")


def the_environment_holds_no_secrets(bench: Bench) -> None:
    """Nothing of the judge's own environment is inherited, by the program or by any process that it can see."""
    program = """
    import glob, os
    text = " ".join(os.environ)
    for path in glob.glob("/proc/[0-9]*/environ"):
        try: text += open(path, "rb").read().decode(errors="replace")
        except OSError: pass
    words = ("JUDGE_CONFORMANCE_MARK", "DJANGO", "DATABASE", "SECRET", "TOKEN", "PASSWORD")
    print([word for word in words if word in text])
    """
    os.environ["JUDGE_CONFORMANCE_MARK"] = "1"
    try:
        _expect(bench.run(program), Outcome.FINISHED, printed="[]\n")
    finally:
        del os.environ["JUDGE_CONFORMANCE_MARK"]


def host_files_are_absent(bench: Bench) -> None:
    """No home, no project tree, no passwords, no socket of an engine, no other job."""
    project = str(Path(__file__).resolve().parent.parent)
    paths = [project, str(bench.folder), "/root", "/home", "/host", "/etc/shadow", "/proc/1/root/etc/shadow"]
    paths += ["/var/run/docker.sock", "/run/docker.sock", "/var/lib/docker"]
    program = f"""
    import os
    def shows(path):
        try: return bool(os.listdir(path))
        except NotADirectoryError:
            try: return bool(open(path, "rb").read())
            except OSError: return False
        except OSError: return False
    print([path for path in {paths!r} if shows(path)])
    print(sorted(os.listdir("/data")), sorted(os.listdir("/work")))
    """
    _expect(bench.run(program), Outcome.FINISHED, printed="[]\n[] ['main.py']\n")


def rights_are_gone(bench: Bench) -> None:
    """An ordinary user without capabilities, who can gain none, under a filter of system calls."""
    # gVisor has no ambient capabilities, and tells of new privileges only when it is asked (39: PR_GET_NO_NEW_PRIVS).
    program = """
    import ctypes, os
    status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
    capabilities = [status[key] for key in ("CapInh", "CapPrm", "CapEff", "CapBnd")] + [status.get("CapAmb", "0")]
    print(os.getuid() != 0, [mask.strip("0") for mask in capabilities],
          ctypes.CDLL(None).prctl(39, 0, 0, 0, 0), status["Seccomp"])
    """
    _expect(bench.run(program), Outcome.FINISHED, printed="True ['', '', '', '', ''] 1 2\n")


def banned_packages_are_absent(bench: Bench) -> None:
    """A banned package cannot be had by import, importlib, another interpreter or by looking for its files."""
    direct = bench.run("import json\nimport sklearn.linear_model\n", banned_imports=("sklearn", "scipy"))
    _expect(direct, Outcome.BANNED_IMPORT, noted="sklearn may not be used")
    _same(direct.error and (direct.error.file, direct.error.line), ("main.py", 2))
    result = bench.run(
        """
        import importlib, importlib.util, os, subprocess, sys
        got = []
        def attempt(label, action):
            try: action(); got.append(label)
            except (ImportError, AttributeError, KeyError, ValueError, SystemError): pass
        attempt("import_module", lambda: importlib.import_module("sklearn.linear_model").LinearRegression())
        attempt("__import__", lambda: __import__("sklearn.linear_model").linear_model.LinearRegression())
        sys.meta_path[:] = [finder for finder in sys.meta_path if "Guard" not in type(finder).__name__]
        import builtins, _frozen_importlib
        builtins.__import__ = _frozen_importlib.__import__
        attempt("without the guard", lambda: importlib.import_module("sklearn.linear_model").LinearRegression())
        faked = compile("import sklearn.svm; sklearn.svm.SVC()", "/usr/lib/python3/x.py", "exec")
        attempt("fake frame", lambda: exec(faked, {}))
        code = "import sklearn.linear_model; sklearn.linear_model.LinearRegression()"
        for python in (sys.executable, "/usr/bin/python3"):
            if not os.path.exists(python): continue
            if subprocess.run([python, "-c", code], capture_output=True).returncode == 0: got.append(python)
        for folder, _, files in os.walk("/"):
            if folder.startswith(("/proc", "/sys")): continue
            got += [os.path.join(folder, name) for name in files if name.startswith("_ransac.")]
        print(got)
        """,
        banned_imports=("sklearn", "scipy"),
    )
    _expect(result, Outcome.FINISHED, printed="[]\n")


def a_banned_part_of_a_package_is_hollow(bench: Bench) -> None:
    """With numpy.linalg banned, numpy works and every use of numpy.linalg is refused, with or without the guard."""
    good = "import numpy\nprint((numpy.ones((2, 2)) @ numpy.ones(2)).tolist())\n"
    banned = ("numpy.linalg", "ctypes")
    _expect(bench.run(good, banned_imports=banned), Outcome.FINISHED, printed="[2.0, 2.0]\n")
    for program in (
        "import numpy\nnumpy.linalg.inv(numpy.eye(2))",
        "from numpy import linalg\nlinalg.inv([[1.0]])",
        "from numpy.linalg import inv\ninv([[1.0]])",
        "import numpy.linalg",
        "import numpy\nnumpy.polyfit([1, 2, 3], [1, 2, 3], 1)",
    ):
        _expect(bench.run(program, banned_imports=banned), Outcome.BANNED_IMPORT)
    result = bench.run(
        """
        import importlib, os, sys, numpy
        sys.meta_path.pop(0)
        sys.modules.pop("numpy.linalg")
        got = []
        def attempt(label, action):
            try: action(); got.append(label)
            except (ImportError, AttributeError): pass
        attempt("again", lambda: importlib.import_module("numpy.linalg").inv(numpy.eye(2)))
        attempt("compiled", lambda: importlib.import_module("numpy.linalg._umath_linalg").inv)
        attempt("ctypes", lambda: importlib.import_module("_ctypes").dlopen)
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
            got += [name for name in files if "umath_linalg" in name and os.path.getsize(os.path.join(folder, name))]
        print(got)
        """,
        banned_imports=banned,
    )
    _expect(result, Outcome.FINISHED, printed="[]\n")


def a_banned_library_module_is_hollow(bench: Bench) -> None:
    """Modules of the standard library can be banned; libraries that import them still load."""
    banned = ("ctypes", "fractions", "subprocess")
    for name in banned:
        _expect(bench.run(f"import {name}", banned_imports=banned), Outcome.BANNED_IMPORT, noted=name)
    result = bench.run("import numpy, pandas\nprint(pandas.DataFrame({'a': [1]}).a.sum())", banned_imports=banned)
    _expect(result, Outcome.FINISHED, printed="1\n")
    result = bench.run(
        """
        import sys
        sys.meta_path.pop(0)
        import builtins, _frozen_importlib
        builtins.__import__ = _frozen_importlib.__import__
        import fractions
        fractions.Fraction(1, 2)
        """,
        banned_imports=banned,
    )
    _expect(result, Outcome.BANNED_IMPORT)


def notebooks_run_cell_by_cell(bench: Bench) -> None:
    """Code cells run in order in one namespace; lines for Jupyter only are skipped and named."""
    text = _notebook(
        "%matplotlib inline\nx = 20", "!pip install nothing\ny = (100\n     % 30)", "%%bash\nrm -rf /", "print(x + y)"
    )
    result = bench.run(text, entry="main.ipynb")
    _expect(result, Outcome.FINISHED, printed="30\n", warned="<cell 1>, line 1: skipped")


def a_failing_cell_is_named(bench: Bench) -> None:
    """The number of the cell among the code cells, and the line in it."""
    result = bench.run(_notebook("x = 1", "y = 2\n\nz = x / 0\n", "print('never')"), entry="main.ipynb")
    _expect(result, Outcome.CRASHED, warned="z = x / 0")
    error = result.error
    _same(error and (error.type, error.cell, error.line, error.file), ("ZeroDivisionError", 2, 3, None))


def usage_is_measured(bench: Bench) -> None:
    """Wall clock, processor time and peak memory are measured on our side."""
    program = (
        "import time\nkept = bytearray(100 << 20)\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"
    )
    usage = bench.run(program).usage
    if usage.cpu_s is None or not 0.7 <= usage.cpu_s <= 3.0 or usage.wall_s < 0.9:
        raise BrokenPromise(f"one second of work was measured as {usage}")
    if usage.peak_memory_mb is None or not 90 <= usage.peak_memory_mb <= 300:
        raise BrokenPromise(f"100 MB were measured as {usage}")


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
    _expect(result, Outcome.FINISHED, printed="[1, 2]\n[3, 4] True\n")
    _same(sorted(result.outputs), ["i.png", "p.csv"])


def conversations_carry_lines(bench: Bench) -> None:
    """A thousand lines go over and come back, with bytes that are no text; standard error is in the result."""
    program = """
    import sys
    print("begun", file=sys.stderr)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(line[::-1][1:] + b"\\n"); sys.stdout.buffer.flush()
    """
    with bench.converse(program) as conversation:
        for number in range(1000):
            conversation.send(b"\xff\x00%d" % number)
            _same(conversation.receive(10.0), (b"\xff\x00%d" % number)[::-1])
    result = conversation.close()
    _expect(result, Outcome.FINISHED, warned="begun")


def long_lines_cross_both_ways(bench: Bench) -> None:
    """Lines far longer than a pipe's buffer neither block nor break."""
    program = "import sys\nfor line in sys.stdin:\n    print(line[:-1] * 2)"
    with bench.converse(program) as conversation:
        conversation.send(b"x" * 3_000_000)
        _same(len(conversation.receive(20.0)), 6_000_000)


def silence_is_timed_out(bench: Bench) -> None:
    """A program that says nothing costs one deadline, and the conversation can go on."""
    program = "import time\ninput()\ntime.sleep(1)\nprint('late')\ntime.sleep(100)"
    with bench.converse(program) as conversation:
        conversation.send(b"go")
        began = time.monotonic()
        _raises(ReplyTimedOut, lambda: conversation.receive(0.2))
        if time.monotonic() - began > 0.9:
            raise BrokenPromise(f"the deadline of 0.2 s took {time.monotonic() - began:.1f} s")
        _same(conversation.receive(10.0), b"late")
    _expect(conversation.close(), Outcome.FINISHED)


def a_line_too_long_is_refused(bench: Bench) -> None:
    """An endless line ends in ReplyTooLong and not in our memory."""
    program = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with bench.converse(program, limits=Limits(wall_s=30.0, line_bytes=100_000)) as conversation:
        _raises(ReplyTooLong, lambda: conversation.receive(10.0))


def an_early_end_is_told(bench: Bench) -> None:
    """What was said before the end is still heard; then the conversation has ended and the exception is known."""
    program = "print('first')\nprint('half a line', end='')\nraise KeyError('lost')"
    with bench.converse(program) as conversation:
        _same(conversation.receive(10.0), b"first")
        _raises(ConversationEnded, lambda: conversation.receive(10.0))
        _raises(ConversationEnded, lambda: _send_for_ever(conversation))
    result = conversation.close()
    _expect(result, Outcome.CRASHED, warned="KeyError")
    _same(result.error and (result.error.type, result.error.line), ("KeyError", 3))


def a_conversation_has_a_wall_clock(bench: Bench) -> None:
    """The limit for the whole run holds in a conversation too, and its result says so."""
    with bench.converse("import time\ntime.sleep(1000)", limits=Limits(wall_s=1.0)) as conversation:
        _raises(ConversationEnded, lambda: conversation.receive(30.0))
    _expect(conversation.close(), Outcome.TIMED_OUT)


def conversations_run_side_by_side(bench: Bench) -> None:
    """Two conversations at once do not hear each other."""
    program = "import sys\nname = input()\nfor line in sys.stdin: print(name + line.strip())"
    with bench.converse(program) as one, bench.converse(program) as two:
        one.send(b"one ")
        two.send(b"two ")
        for number in (b"1", b"2", b"3"):
            two.send(number)
            one.send(number)
        heard = [conversation.receive(10.0) for conversation in (one, two) for _ in range(3)]
    _same(heard, [b"one 1", b"one 2", b"one 3", b"two 1", b"two 2", b"two 3"])


def runs_do_not_see_each_other(bench: Bench) -> None:
    """Two runs at the same time share no process list, no /tmp and no shared memory."""
    program = """
    import glob, os, time
    from multiprocessing import shared_memory
    open("/tmp/mark", "w").close(); open("/dev/shm/mark", "w").close()
    end = time.monotonic() + 2
    seen = set()
    while time.monotonic() < end:
        seen |= set(os.listdir("/tmp")) | set(os.listdir("/dev/shm")) | {len(glob.glob("/proc/[0-9]*")) > 3}
        time.sleep(0.05)
    print(sorted(map(str, seen)))
    """
    specs = [bench.spec(program), bench.spec(program)]
    results: list[RunResult] = []
    threads = [threading.Thread(target=lambda spec=spec: results.append(bench.sandbox.run(spec))) for spec in specs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _same([result.stdout_tail for result in results], ["['False', 'mark']\n"] * 2)


PROMISES: tuple[Promise, ...] = (
    outputs_are_handed_back,
    only_wanted_outputs_are_handed_back,
    progress_is_told,
    writing_nothing_is_no_failure,
    a_failing_program_has_crashed,
    an_exit_code_is_told,
    exit_handlers_run_and_output_is_flushed,
    a_sleeper_is_stopped_at_the_wall_clock,
    processor_time_is_capped,
    the_processor_share_is_capped,
    memory_is_capped,
    memory_of_children_is_capped,
    memory_never_exceeds_its_limit,
    an_impossible_allocation_is_out_of_memory,
    the_log_is_capped,
    the_log_is_readable_text,
    links_and_pipes_are_left_behind,
    wanted_links_are_left_behind,
    huge_output_is_capped,
    output_never_exceeds_its_limit,
    sparse_output_is_capped,
    many_files_are_capped,
    strange_names_are_left_behind,
    a_fork_bomb_is_contained,
    orphans_die_with_the_run,
    there_is_no_network,
    inputs_are_read_only,
    the_environment_holds_no_secrets,
    host_files_are_absent,
    rights_are_gone,
    banned_packages_are_absent,
    a_banned_part_of_a_package_is_hollow,
    a_banned_library_module_is_hollow,
    notebooks_run_cell_by_cell,
    a_failing_cell_is_named,
    usage_is_measured,
    libraries_work,
    conversations_carry_lines,
    long_lines_cross_both_ways,
    silence_is_timed_out,
    a_line_too_long_is_refused,
    an_early_end_is_told,
    a_conversation_has_a_wall_clock,
    conversations_run_side_by_side,
    runs_do_not_see_each_other,
)


def main() -> int:
    """Check every promise of one backend on this host and print a line for each."""
    sandbox, probe = backends.choose(sys.argv[1] if len(sys.argv) > 1 else "auto")
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sandbox=sandbox, folder=Path(folder))
        for promise in PROMISES:
            if promise.__name__ in probe.refusals:
                print(f"refused  {promise.__name__}")
                continue
            try:
                promise(bench)
            except BrokenPromise as error:
                broken += 1
                print(f"BROKEN   {promise.__name__}: {error}")
            else:
                print(f"kept     {promise.__name__}")
    print(f"{sandbox.name}: {len(PROMISES) - broken} kept or refused by name, {broken} broken")
    return 1 if broken else 0


def _expect(
    result: RunResult,
    outcome: Outcome,
    *,
    printed: str | None = None,
    noted: str | None = None,
    warned: str | None = None,
) -> None:
    story = f"{result.outcome}, exit code {result.exit_code}, {result.error}, notes {result.notes}, "
    story += f"stdout {result.stdout_tail[-600:]!r}, stderr {result.stderr_tail[-1500:]!r}"
    if result.outcome is not outcome:
        raise BrokenPromise(f"expected {outcome}, got {story}")
    if printed is not None and result.stdout_tail != printed:
        raise BrokenPromise(f"expected {printed!r} to be printed, got {story}")
    if noted is not None and noted not in " ".join(result.notes):
        raise BrokenPromise(f"expected a note with {noted!r}, got {story}")
    if warned is not None and warned not in result.stderr_tail:
        raise BrokenPromise(f"expected {warned!r} on standard error, got {story}")


def _same(seen: object, expected: object) -> None:
    if seen != expected:
        raise BrokenPromise(f"expected {expected!r}, got {seen!r}")


def _raises(kind: type[Exception], action: Callable[[], object]) -> None:
    try:
        seen = action()
    except kind:
        return
    raise BrokenPromise(f"expected {kind.__name__}, got {seen!r}")


def _send_for_ever(conversation: Conversation) -> None:
    for _ in range(1000):
        conversation.send(b"x" * 10_000)


def _notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Words"]}]
    cells += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source.splitlines(keepends=True)}
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


if __name__ == "__main__":
    sys.exit(main())
