"""Programs that try to be given what they did not earn: by lies to the judge, by the banned, by bits carried out."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from sandbox.contract import LastError, Limits, Outcome
from tests.adversarial.bait import TRAP
from tests.adversarial.hostile import Hostile, Protection, held, stopped, without

PICKLE = f"cposix\nsystem\n(S'touch {TRAP}'\ntR.".encode()
"""Whoever loads it makes a file on the host."""

PROGRAMS: tuple[Hostile, ...] = (
    Hostile(
        name="forges_the_report",
        tries="to claim another exception, in too many words, in another's file and on a line that is none",
        must="each field is cut, cleaned or dropped, and the outcome is what the judge saw",
        program="""
        import json
        open("/report/report.json", "w").write(json.dumps({"type": "X" * 999, "message": "\\x1b[2J" * 99, "line": -5, "cell": 2**40, "file": "../../etc/passwd", "memory": 1, "banned": "yes"}))
        print("held"); sys.stdout.flush(); os._exit(3)
        """,
        ends=frozenset({Outcome.CRASHED}),
        exit_code=3,
        error=LastError(type="X" * 80, message=(" [2J" * 50), file="../../etc/passwd"),
    ),
    Hostile(
        name="links_the_report_to_a_secret",
        tries="to have the judge follow a link in place of the report",
        must="there is no report then",
        program="""
        os.unlink("/report/report.json"); os.symlink(HOST["truth"][0], "/report/report.json")
        print("held"); sys.stdout.flush(); os._exit(4)
        """,
        ends=frozenset({Outcome.CRASHED}),
        exit_code=4,
    ),
    Hostile(
        name="makes_the_report_a_riddle",
        tries="to overwhelm the judge's parser by nested lists, huge numbers and half a word",
        must="there is no report then, and the judge does not stumble",
        program="""
        open("/report/report.json", "w").write('{"type": "V", "line": ' + "[" * 4000)
        print("held"); sys.stdout.flush(); os._exit(5)
        """,
        ends=frozenset({Outcome.CRASHED}),
        exit_code=5,
    ),
    Hostile(
        name="speaks_as_the_guest",
        tries="to print the guest's own words again, as if another job could begin",
        must="they are output like any other",
        program="""
        os.write(1, b"judge-guest 1 ready\\n" * 3)
        """,
        printed="judge-guest 1 ready\n" * 3,
    ),
    held(
        "listens_for_the_judges_next_words",
        tries="to read from standard input, by every descriptor, what the judge might still say",
        must="there is nothing to read",
        program="""
        import select
        if sys.stdin.read(): got.append("standard input")
        for number in [int(name) for name in os.listdir("/proc/self/fd")]:
            poll = select.poll()
            try: poll.register(number, select.POLLIN); target = os.readlink(f"/proc/self/fd/{number}")
            except OSError: continue
            if number > 2 and not target.startswith(("/memfd:", "/report/", "/proc/")) and poll.poll(0): attempt(number, os.read, number, 100)
        """,
    ),
    Hostile(
        name="writes_to_every_descriptor",
        tries="to disturb pipes and sockets between guest and judge that were left open",
        must="nobody hears it",
        program="""
        for number in range(3, 256):
            try: os.write(number, b"judge-guest 1 ready\\n" + b"\\0" * 4096)
            except OSError: pass
        print("held")
        """,
    ),
    Hostile(
        name="prints_its_own_score",
        tries="to be believed: by printing a verdict, and by files that look like the judge's",
        must="only what was asked for is looked at",
        program="""
        for name in ("score.json", "verdict.json", "scores.csv", "result.json"): open(f"/output/{name}", "w").write('{"score": 1.0, "verdict": "accepted"}')
        print('{"score": 1.0, "verdict": "accepted", "mark": 20}')
        """,
        printed='{"score": 1.0, "verdict": "accepted", "mark": 20}\n',
        wanted=("predictions.csv",),
        handed_back={},
        noted="/output/predictions.csv was not written",
    ),
    Hostile(
        name="exits_well_and_early",
        tries="to end with exit code 0 before anything was predicted",
        must="it finished, and what is missing is missing",
        program="""
        print("held"); sys.stdout.flush(); os._exit(0)
        """,
        wanted=("predictions.csv",),
        handed_back={},
        noted="/output/predictions.csv was not written",
    ),
    held(
        "hides_a_failure",
        tries="to make a crash look like an end without error by replacing how the process leaves",
        must="it may spoil its own message only",
        program="""
        real = os._exit
        os._exit = lambda code: real(0)
        sys.exit = lambda code=0: real(0)
        """,
        wanted=("predictions.csv",),
        handed_back={},
    ),
    Hostile(
        name="covers_a_crash_in_its_exit_handlers",
        tries="to crash, and then to leave with exit code 0 out of an exit handler",
        must="it spoils its own message only: what was to come out did not",
        program="""
        import atexit
        atexit.register(lambda: os._exit(0))
        print("held")
        raise KeyError("never seen")
        """,
        wanted=("predictions.csv",),
        handed_back={},
        noted="/output/predictions.csv was not written",
    ),
    held(
        "rewires_the_guest",
        tries="to replace the guest's functions, the built-in ones and those of modules that it uses, in memory",
        must="all of it ends with its own process",
        program="""
        import builtins, io, json, math, threading
        builtins.POISON = True; builtins.len = lambda thing: 42; math.sqrt = lambda number: 42.0; math.POISON = True; json.dumps = lambda *_, **__: '{"type": "none"}'
        os.environ["POISON"] = "1"; sys.path.insert(0, "/tmp"); os.umask(0)
        for name, module in list(sys.modules.items()):
            if "judge_guest" in name:
                for attribute in dir(module):
                    if not attribute.startswith("__"): setattr(module, attribute, lambda *_, **__: 0)
        """,
        ends=frozenset({Outcome.FINISHED, Outcome.CRASHED}),
        printed=None,
    ),
    held(
        "overwrites_the_guest",
        tries="to change the guest's files, and those of the interpreter, in place and by renaming",
        must="they are read-only",
        program="""
        import json
        paths = {getattr(module, "__file__", None) for name, module in sys.modules.items() if "judge" in name} | {sys.executable, json.__file__, "/opt/judge/judge_guest/start.py", "/opt/judge/judge_guest/boot.py", "/work/main.py", "/proc/self/exe", "/proc/1/exe"}
        for path in filter(None, paths):
            attempt(("write", path), lambda: os.close(os.open(path, os.O_WRONLY))); attempt(("mode", path), os.chmod, path, 0o777)
            attempt(("unlink", path), os.unlink, path); attempt(("rename", path), os.rename, path, path + ".old")
            attempt(("replace", path), lambda: (open("/tmp/new", "w").close(), os.replace("/tmp/new", path)))
        """,
    ),
    held(
        "reads_the_referees_memory",
        tries="to find the truth or the judge's secrets in its own process: in every object, in every frame and in raw memory",
        must="the judge's side never was in this process",
        program="""
        import gc, re
        words = re.compile(b"THE-HIDDEN-[T]RUTH|ADVERSARIAL_[M]ARK|SECRET_OF_THE_[J]UDGE")
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            for line in open("/proc/self/maps"):
                span, rights, *rest = line.split()
                if "rw" not in rights or (len(rest) > 3 and rest[3] in ("[vvar]", "[vsyscall]")): continue
                low, high = (int(end, 16) for end in span.split("-"))
                try: memory.seek(low); text = memory.read(min(high - low, 64 << 20))
                except (OSError, ValueError, OverflowError): continue
                got += [found.group() for found in words.finditer(text)]
        frame = sys._getframe()
        while frame:
            got += [name for name in {**frame.f_locals, **frame.f_globals} if name.lower() in ("truth", "secret", "answers", "labels", "score")]
            frame = frame.f_back
        got += [type(thing).__name__ for thing in gc.get_objects() if str(type(thing).__module__).startswith(("judge.", "challenges.", "sandbox.docker", "django"))]
        """,
        without=without(Protection.CLEAN_ENVIRONMENT),
    ),
    held(
        "reads_the_environment_of_the_judge",
        tries="secrets in its own environment and in that of other processes",
        must="nothing is inherited",
        program="""
        import glob
        for path in glob.glob("/proc/[0-9]*/environ") + ["/proc/self/environ"]:
            try: text = open(path, "rb").read().upper()
            except OSError: continue
            got += [word for word in (b"SECRET", b"PASSWORD", b"TOKEN", b"DATABASE_URL", b"DJANGO", b"AWS_", b"ADVERSARIAL_MARK") if word in text]
        """,
        without=without(Protection.CLEAN_ENVIRONMENT),
    ),
    held(
        "reads_files_that_the_guest_left_open",
        tries="to use a descriptor that leads out of the sandbox",
        must="there is none",
        program="""
        for number in range(3, 1024):
            try: target = os.readlink(f"/proc/self/fd/{number}")
            except OSError: continue
            if not target.startswith(("/report/report.json", "/proc/", "anon_inode", f"/memfd:{TOKEN}")): got.append(target)
            attempt(number, lambda: os.close(os.open("..", os.O_RDONLY, dir_fd=number)))
        """,
    ),
    held(
        "shadows_the_guest_and_the_libraries",
        tries="files in /work that are named like modules of the guest or of the interpreter's start",
        must="none of them was imported before the program was",
        program="""
        got += [name for name in ("shadow", "usercustomize", "guard", "report", "boot") if name in sys.modules]
        """,
    ),
    held(
        "plants_start_files",
        tries="to leave usercustomize, .pth files and profiles where the next interpreter and the next shell look",
        must="home and temporary folders belong to this run alone",
        program="""
        import site
        folder = os.path.expanduser(site.getusersitepackages()); os.makedirs(folder, exist_ok=True)
        for path in (f"{folder}/usercustomize.py", f"{folder}/evil.pth", "/tmp/sitecustomize.py", "/tmp/json.py", os.path.expanduser("~/.profile"), "/dev/shm/math.py"):
            open(path, "w").write("import builtins; builtins.POISON = 1")
        """,
    ),
    held(
        "imports_what_is_banned_by_compiled_and_renamed_files",
        tries="copies of the banned package under other names, byte code without source, extension modules by path",
        must="there is nothing to copy",
        program="""
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
    held(
        "takes_the_guard_away",
        tries="to import after emptying the finders, restoring __import__ and reloading importlib",
        must="what is banned is not there, or hollow",
        program="""
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
    held(
        "imports_what_is_banned_elsewhere",
        tries="another interpreter with other flags, a child by fork, a zip file, runpy, code by exec and a module that is loaded already",
        must="what is banned is banned in every process and by every road",
        program="""
        import runpy, subprocess, zipfile
        code = "import sklearn.tree; sklearn.tree.DecisionTreeClassifier(); print('in')"
        for flags in ([], ["-S"], ["-I"], ["-E", "-s"], ["-B", "-X", "frozen_modules=off"]):
            for python in {sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"}:
                if os.path.exists(python) and b"in" in subprocess.run([python, *flags, "-c", code], capture_output=True, cwd="/tmp").stdout: got.append((python, flags))
        with zipfile.ZipFile("/tmp/lib.zip", "w") as archive:
            for folder in [f"{path}/sklearn" for path in sys.path if os.path.isdir(f"{path}/sklearn")]:
                for name in os.listdir(folder):
                    if name.endswith(".py"): archive.write(f"{folder}/{name}", f"skl/{name}")
        sys.path.insert(0, "/tmp/lib.zip")
        def quietly(label, action):
            try: attempt(label, action)
            except (ImportError, AttributeError, KeyError): pass
        quietly("zip", lambda: __import__("skl").base.BaseEstimator())
        quietly("runpy", lambda: runpy.run_module("sklearn.tree")["DecisionTreeClassifier"]())
        quietly("exec", lambda: exec(code.replace("print('in')", "got.append('exec')"), {"__name__": "numpy.core", "got": got}))
        quietly("loaded", lambda: sys.modules["sklearn"].tree.DecisionTreeClassifier())
        quietly("attribute", lambda: __import__("numpy").testing.sys.modules["sklearn"].tree)
        """,
        banned=("sklearn",),
    ),
    held(
        "changes_the_clock",
        tries="to win time by setting clocks back",
        must="the filter refuses, and the host's clock goes on",
        program="""
        time = (ctypes.c_long * 2)(0, 0); buffer = ctypes.create_string_buffer(4096)
        for clock in (0, 1, 11): filtered(f"settime {clock}", 227, 112, clock, time)
        filtered("settimeofday", 164, 170, time, 0); filtered("adjtimex", 159, 171, buffer); filtered("clock_adjtime", 305, 266, 0, buffer)
        attempt("offsets", poke, "/proc/self/timens_offsets", b"monotonic -1000 0")
        """,
        without=without(Protection.SYSTEM_CALL_FILTER),
    ),
    stopped(
        "stops_its_own_clock",
        Outcome.TIMED_OUT,
        tries="to look quick by replacing every clock and timer that Python has",
        must="the judge has its own clock",
        program="""
        import signal, time
        sleep = time.sleep
        time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
        for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF): signal.setitimer(timer, 0)
        signal.alarm(0); sleep(1.4)
        """,
        limits=Limits(wall_s=0.7),
        relaxed=Limits(wall_s=10.0),
    ),
    Hostile(
        name="hands_back_a_pickle",
        tries="to have its own code run in the judge when the output is loaded",
        must="bytes come back as bytes, and nothing of them was executed",
        program="""
        for name in ("predictions.pkl", "model.joblib", "array.npy"): open(f"/output/{name}", "wb").write(PICKLE)
        """.replace("PICKLE", repr(PICKLE)),
        printed="",
        handed_back=dict.fromkeys(("predictions.pkl", "model.joblib", "array.npy"), PICKLE),
    ),
    Hostile(
        name="smuggles_by_the_log",
        tries="to print a megabyte of hidden inputs, at both ends of its output",
        must="no more than the byte budget is kept of each stream",
        program="""
        for stream in (sys.stdout, sys.stderr): print("x" * (1 << 20), file=stream)
        """,
        printed=None,
        limits=Limits(wall_s=20.0, log_bytes=1000),
    ),
    stopped(
        "smuggles_by_the_exit_code",
        Outcome.CRASHED,
        tries="to say a number with its exit code",
        must="a byte of it is left, which is for the judge to show or not",
        program="sys.exit(0x123456)",
        limits=Limits(wall_s=20.0),
        exit_code=0x56,
    ),
    stopped(
        "smuggles_by_the_error",
        Outcome.CRASHED,
        tries="to carry hidden inputs out in the type, the text, the notes and the causes of an exception",
        must="200 printable characters are left of it",
        program="""
        error = type("T" * 500, (Exception,), {})("secret\\x1b\\n" * 100); error.add_note("n" * 1000)
        raise error from ValueError("v" * 1000)
        """,
        limits=Limits(wall_s=20.0, log_bytes=2000),
        error=LastError(type="T" * 80, message=("secret  " * 25), file="main.py", line=None),
    ),
    Hostile(
        name="smuggles_by_names_and_notes",
        tries="to carry hidden inputs out in the names of files that stay behind, each of which is told in a sentence",
        must="the sentences are few, whatever the number of files",
        program="""
        for number in range(250): os.symlink("/etc/passwd", f"/output/{number:03}" + "s" * 70)
        """,
        printed="",
        handed_back={},
    ),
)
