"""Programs that try to multiply, to outlive their run, or to lay hands on other processes."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from sandbox.contract import Limits, Outcome
from tests.adversarial.hostile import Hostile, Protection, held, stopped, without

PROGRAMS: tuple[Hostile, ...] = (
    stopped(
        "bombs_with_forks",
        Outcome.TIMED_OUT,
        Outcome.OUT_OF_MEMORY,
        tries="to double without end",
        must="the number of processes is capped, and all of them are gone with the run",
        program="""
        while True:
            try: os.fork()
            except OSError: pass
        """,
        limits=Limits(wall_s=1.0, memory_mb=256, processes=32),
    ),
    held(
        "bombs_with_threads",
        tries="to have a thousand threads",
        must="threads count as processes do",
        program="""
        import threading, time
        threads = []
        def start():
            for _ in range(1000):
                thread = threading.Thread(target=time.sleep, args=(1,), daemon=True); thread.start(); threads.append(thread)
        attempt("threads", start)
        if len(threads) > 64: got.append(len(threads))
        """,
        relaxed=Limits(wall_s=20.0, memory_mb=512, processes=2000),
    ),
    held(
        "leaves_daemons_behind",
        tries="to go on writing after the end, out of a session of its own, deaf to signals",
        must="the run ends with the program, and no process of it lives on",
        program="""
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
        within_s=10.0,
    ),
    held(
        "keeps_the_pipe_open",
        tries="to keep the judge waiting for the end of its output, which a grandchild holds open",
        must="the end of the program is the end of the run",
        program="""
        import time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: time.sleep(1000)
            os._exit(0)
        os.wait(); finish(); sys.stdout.flush(); os._exit(0)
        """,
        within_s=10.0,
    ),
    held(
        "hands_itself_on",
        tries="to live on by forking faster than it can be killed, each process ending as its child begins",
        must="the whole namespace dies at once",
        program="""
        import time
        if os.fork() == 0:
            os.setsid()
            while True:
                if os.fork(): os._exit(0)
        time.sleep(0.2)
        """,
        within_s=10.0,
    ),
    held(
        "floods_with_zombies",
        tries="to fill the process table with children that nobody reaps",
        must="dead children count until they are reaped",
        program="""
        made = 0
        try:
            while made < 1000:
                if os.fork() == 0: os._exit(0)
                made += 1
        except OSError: pass
        if made > 64: got.append(made)
        """,
        relaxed=Limits(wall_s=20.0, memory_mb=512, processes=2000),
    ),
    held(
        "kills_everybody",
        tries="to signal the init of its namespace, numbers that are others' outside, and everybody at once",
        must="at most it ends itself",
        program="""
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for number in (2, 3, 100, 1000, 4194303):
            if number != os.getpid(): attempt(number, os.kill, number, signal.SIGKILL)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            try: os.kill(1, number)
            except OSError: pass
        try: os.kill(-1, signal.SIGKILL)
        except OSError: pass
        """,
        ends=frozenset({Outcome.FINISHED, Outcome.CRASHED}),
        printed=None,
        within_s=10.0,
    ),
    held(
        "signals_a_process_of_the_host",
        tries="to kill and to stop a neighbour of the same user whose number it knows, by number, by group and by pidfd",
        must="that number means nothing inside",
        program="""
        import signal
        for action in (lambda: os.kill(HOST["victim"], 0), lambda: os.kill(HOST["victim"], signal.SIGSTOP), lambda: os.killpg(HOST["victim"], signal.SIGSTOP),
                       lambda: os.pidfd_open(HOST["victim"]), lambda: os.sched_setaffinity(HOST["victim"], {0}), lambda: os.setpriority(os.PRIO_PROCESS, HOST["victim"], 19)):
            attempt("victim", action)
        """,
        without=without(Protection.PROCESS_NAMESPACE),
    ),
    held(
        "looks_at_processes_of_the_host",
        tries="to read the command lines, environments and files of all processes",
        must="it sees the few of its own namespace",
        program="""
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        if HOST["victim"] in numbers or len(numbers) > 8: got.append(len(numbers))
        for name in ("cmdline", "environ", "cwd", "exe", "maps"):
            def read():
                path = f"/proc/{HOST['victim']}/{name}"
                return os.readlink(path) if name in ("cwd", "exe") else open(path, "rb").read(1000)
            attempt(name, read)
        """,
        without=without(Protection.PROCESS_NAMESPACE),
    ),
    held(
        "traces_its_own_child",
        tries="ptrace, process_vm_readv and pidfd_getfd where ordinary rights allow them: on a child of its own",
        must="the filter refuses the calls as such, so that no process of the guest can be their aim",
        program="""
        import signal, time
        child = os.fork()
        if child == 0: time.sleep(100)
        for request in (0x4206, 16): filtered(f"ptrace {request}", 101, 117, request, child, 0, 0)
        data = ctypes.create_string_buffer(b"here"); where = (ctypes.c_uint64 * 2)(ctypes.addressof(data), 4)
        filtered("readv", 310, 270, child, where, 1, where, 1, 0); filtered("writev", 311, 271, child, where, 1, where, 1, 0)
        filtered("pidfd_getfd", 438, 438, os.pidfd_open(child), 1, 0); filtered("kcmp", 312, 272, os.getpid(), child, 0, 0, 0)
        os.kill(child, signal.SIGKILL); os.waitpid(child, 0)
        """,
        without=without(Protection.SYSTEM_CALL_FILTER),
    ),
    held(
        "traces_the_init",
        tries="to take over the first process of its namespace, which started the guest, by its memory",
        must="whatever it can open is locked up exactly as it is itself, and holds nothing open but its pipes",
        program="""
        def facts(number):
            lines = [line for line in open(f"/proc/{number}/status") if line.startswith(("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp"))]
            return lines, [os.readlink(f"/proc/{number}/ns/{kind}") for kind in ("user", "mnt", "net", "pid", "ipc", "uts", "cgroup")], os.stat(f"/proc/{number}/root/")
        for number in filter(str.isdigit, os.listdir("/proc")):
            if int(number) == os.getpid(): continue
            try: os.close(os.open(f"/proc/{number}/mem", os.O_RDWR))
            except OSError: continue
            if facts(number) != facts("self"): got.append((number, facts(number)))
            for name in os.listdir(f"/proc/{number}/fd"):
                target = os.readlink(f"/proc/{number}/fd/{name}")
                if int(name) > 2 and not target.startswith("anon_inode"): got.append((number, target))
            for other in range(3): syscall("pidfd_getfd", 438, 438, os.pidfd_open(int(number)), other, 0)
        """,
    ),
    stopped(
        "becomes_another_program",
        Outcome.TIMED_OUT,
        tries="to replace the guest by a program that knows no limits of Python's",
        must="the wall clock is outside",
        program="os.execv('/bin/sleep', ['sleep', '1.4'])",
        limits=Limits(wall_s=0.7),
        relaxed=Limits(wall_s=10.0),
    ),
    stopped(
        "stops_itself",
        Outcome.TIMED_OUT,
        tries="to be stopped by SIGSTOP, so that neither time nor signals reach it",
        must="the wall clock goes on, and a stopped process is killed too",
        program="""
        import signal
        os.kill(os.getpid(), signal.SIGSTOP)
        """,
        limits=Limits(wall_s=0.7),
    ),
    stopped(
        "waits_in_its_exit_handlers",
        Outcome.TIMED_OUT,
        tries="to end, and yet to go on in exit handlers and in a thread that never ends",
        must="the limits hold up to the last exit",
        program="""
        import atexit, threading, time
        atexit.register(time.sleep, 0.7)
        threading.Thread(target=time.sleep, args=(0.7,)).start()
        """,
        limits=Limits(wall_s=0.7),
        relaxed=Limits(wall_s=10.0),
    ),
    held(
        "dumps_core",
        tries="to have the kernel write a memory image, which a host may hand to a program with all rights",
        must="limits on core dumps are zero, and none lies anywhere",
        program="""
        import resource
        child = os.fork()
        if child == 0: os.chdir("/output"); libc.abort()
        os.waitpid(child, 0)
        got += os.listdir("/output")
        if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0): got.append(resource.getrlimit(resource.RLIMIT_CORE))
        attempt("raise", resource.setrlimit, resource.RLIMIT_CORE, (1 << 20, 1 << 20))
        """,
        handed_back={},
    ),
    stopped(
        "crashes_the_interpreter",
        Outcome.CRASHED,
        tries="to end by a fault in native code, after which no line of the guest runs",
        must="it is told as its own crash, by the signal",
        program="ctypes.string_at(0)",
        limits=Limits(wall_s=10.0),
        exit_code=139,
        noted="SIGSEGV",
    ),
)
