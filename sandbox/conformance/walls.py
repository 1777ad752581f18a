"""What a program cannot see, reach or become."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

from sandbox.conformance.bench import Bench, expect, same
from sandbox.contract import Outcome, RunResult


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
    expect(result, Outcome.FINISHED)
    same(result.stdout_tail, "[] ['lo']\n")


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
    expect(bench.run(program, data={"test.csv": b"1"}), Outcome.FINISHED, printed="[]\n")


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
        expect(bench.run(program), Outcome.FINISHED, printed="[]\n")
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
    expect(bench.run(program), Outcome.FINISHED, printed="[]\n[] ['main.py']\n")


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
    expect(bench.run(program), Outcome.FINISHED, printed="True ['', '', '', '', ''] 1 2\n")


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
    same([result.stdout_tail for result in results], ["['False', 'mark']\n"] * 2)
