"""Programs that try to read or write files that are not theirs, or to hand back what is none."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from typing import Any

from sandbox.contract import Limits, Outcome
from tests.adversarial.hostile import Hostile, Protection, held, stopped, without


def _hands_back(
    name: str, *, tries: str, must: str, program: str, handed_back: dict[str, bytes], **fields: Any
) -> Hostile:
    return held(name, tries=tries, must=must, program=program, handed_back=handed_back, within_s=10.0, **fields)


PROGRAMS: tuple[Hostile, ...] = (
    held(
        "searches_the_whole_tree_for_the_truth",
        tries="to find a file of the judge by its name or its words, everywhere that it can read",
        must="no such file is inside",
        program="""
        word = b"THE-HIDDEN-" + b"TRUTH"
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/usr", "/python", "/site")]
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.isfile(path): continue
                try:
                    if "hidden-truth" in name or word in open(path, "rb").read(1 << 16): got.append(path)
                except OSError: pass
        """,
        without=without(Protection.HIDDEN_FOLDERS),
    ),
    held(
        "opens_the_truth_by_its_path",
        tries="to read files of the host whose paths it knows, straight and through other processes' roots and folders",
        must="the paths lead nowhere",
        program="""
        for path in HOST["truth"]:
            for prefix in ("", "/host", "/mnt", "/rootfs", "/proc/1/root", "/proc/self/root", "/proc/1/cwd/../../..", "/proc/self/cwd/../.."):
                attempt(prefix + path, lambda: open(prefix + path).read())
        """,
        without=without(Protection.HIDDEN_FOLDERS),
    ),
    held(
        "reads_the_work_of_another_learner",
        tries="to open the folder of another job of the same worker, which lies open for the sandbox's user",
        must="job folders are not inside, its own neither",
        program="""
        job = HOST["job"]
        attempt("job", lambda: os.listdir(f"{job}/work")); attempt("file", lambda: open(f"{job}/work/solution.py").read())
        attempt("root", lambda: os.listdir(os.path.dirname(job)))
        for up in ("/work/..", "/work/../..", "/data/..", "/output/..", "/report/.."):
            got += [name for name in os.listdir(up) if name.startswith("job-") or name in ("lease", "box", "stage")]
        """,
        without=without(Protection.HIDDEN_FOLDERS),
    ),
    held(
        "writes_to_the_host",
        tries="to change a file of the host that everybody may write, and to leave files where the next one looks",
        must="its own /tmp and shared memory are new and empty, and go with it",
        program="""
        try: open(HOST["grades"], "w").write("me,100")
        except OSError: pass
        for folder in ("/tmp", "/dev/shm", "/var/tmp", os.path.dirname(HOST["grades"])):
            try: open(f"{folder}/{TOKEN}", "w").write("left here")
            except OSError: pass
        """,
        without=without(Protection.HIDDEN_FOLDERS),
    ),
    held(
        "writes_its_data",
        tries="to change the challenge's files, which all runs share, in place, by a map, by a link and by its own descriptor",
        must="they are read-only, even where their own permissions would let everybody write",
        program="""
        import mmap
        def map_it():
            with open("/data/test.csv", "rb") as file: mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)[0:1] = b"X"
        reader = os.open("/data/test.csv", os.O_RDONLY)
        for label, action in (
            ("write", lambda: open("/data/test.csv", "r+").write("changed")), ("append", lambda: open("/data/test.csv", "a").close()), ("truncate", lambda: os.truncate("/data/test.csv", 0)),
            ("unlink", lambda: os.unlink("/data/test.csv")), ("rename", lambda: os.rename("/data/test.csv", "/data/other.csv")), ("mode", lambda: os.chmod("/data/test.csv", 0o777)),
            ("date", lambda: os.utime("/data/test.csv", (1, 1))), ("attribute", lambda: os.setxattr("/data/test.csv", "user.x", b"1")), ("map", map_it),
            ("again", lambda: os.open(f"/proc/self/fd/{reader}", os.O_RDWR)), ("create", lambda: open(f"/data/{TOKEN}", "w").close()),
            ("link", lambda: (os.symlink("/data/test.csv", "/tmp/link"), open("/tmp/link", "r+").close())),
        ): attempt(label, action)
        if open("/data/test.csv").read() != "id\\n1\\n": got.append("changed")
        """,
        without=without(Protection.READ_ONLY_DATA),
    ),
    held(
        "goes_through_proc_to_other_roots",
        tries="the root, folder, memory and open files of every process that it sees",
        must="every root is the same as its own, and no memory is readable",
        program="""
        own = os.stat("/").st_ino, os.stat("/").st_dev
        for number in filter(str.isdigit, os.listdir("/proc")):
            if int(number) == os.getpid(): continue
            def root():
                facts = os.stat(f"/proc/{number}/root/")
                if (facts.st_ino, facts.st_dev) == own: raise OSError
            attempt((number, "root"), root)
            def maps():
                for name in os.listdir(f"/proc/{number}/map_files"): attempt((number, name), os.open, f"/proc/{number}/map_files/{name}", os.O_RDWR)
                raise OSError
            attempt((number, "maps"), maps)
        """,
    ),
    held(
        "writes_to_the_kernel_by_files",
        tries="core_pattern, sysrq, modprobe, control groups' release agents, power states and all else below /proc/sys and /sys",
        must="no such file can be opened for writing, but those whose value belongs to its own namespaces",
        program="""
        paths = ["/proc/sysrq-trigger", "/proc/irq/0/smp_affinity", "/proc/bus/pci/00/00.0", "/proc/fs/xfs", "/proc/mtrr", "/sys/power/state", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/memory/release_agent"]
        for top, depth in (("/proc/sys", 5), ("/sys", 5)):
            for folder, folders, files in os.walk(top):
                if folder.count("/") >= depth: folders.clear()
                paths += [os.path.join(folder, name) for name in files]
        own = ("/proc/sys/fs/mqueue/", "/proc/sys/kernel/msg", "/proc/sys/kernel/shm", "/proc/sys/kernel/sem", "/proc/sys/kernel/auto_msgmni", "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/pid_max")
        for path in paths:
            if not path.startswith(own): attempt(path, lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK)))
            elif path.endswith(("msgmax", "shmmni", "pid_max", "msg_max")):
                try: poke(path, b"777")
                except OSError: pass
        for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"): attempt(path, os.mkdir, f"{path}/{TOKEN}")
        """,
    ),
    held(
        "reads_what_the_kernel_hides",
        tries="kernel memory, symbols, logs, keys, timers and the memory map",
        must="each is masked, empty or full of zeros",
        program="""
        for path in ("/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/dev/kmem", "/dev/port", "/proc/kallsyms", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/kpagecount", "/sys/firmware/acpi/tables/DSDT", "/sys/kernel/debug/sleep_time"):
            def read():
                text = open(path, "rb").read(4096)
                if not text or not text.replace(b"0", b"").strip() or b"0000000000000000 " in text: raise OSError
                return text[:40]
            attempt(path, read)
        """,
    ),
    held(
        "looks_for_devices",
        tries="disks, graphics cards, terminals, watchdogs and other devices below /dev",
        must="there are the harmless ones that every program needs",
        program="""
        import stat
        harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console"}
        for folder, _, files in os.walk("/dev"):
            for name in files:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                if (stat.S_ISBLK(mode) or stat.S_ISCHR(mode)) and name not in harmless and not name.isdigit(): got.append(name)
        """,
    ),
    held(
        "puts_itself_in_place_of_the_output_folder",
        tries="to exchange /output, /report, /work and /data for links that the judge would follow",
        program="""
        for folder in ("/output", "/report", "/work", "/data"):
            attempt(folder, os.rmdir, folder)
            attempt(folder, os.rename, folder, folder + ".old")
            attempt(folder, os.symlink, "/etc", folder + "2")
        """,
    ),
    _hands_back(
        "hands_back_symbolic_links",
        tries="to have the judge read its own files through links, to files, to /proc and to itself",
        must="links stay behind with a note, whole files beside them come back",
        program="""
        os.chdir("/output")
        for name, target in (("predictions.csv", HOST["truth"][0]), ("p", "/etc/passwd"), ("e", "/proc/self/environ"), ("m", "/proc/self/mem"), ("loop", "loop"), ("up", "../../../etc/shadow")): os.symlink(target, name)
        open("fine.csv", "w").write("1")
        """,
        handed_back={"fine.csv": b"1"},
        noted="/output/predictions.csv was left behind: it is a symbolic link",
    ),
    _hands_back(
        "hands_back_linked_folders",
        tries="to have the judge walk through links into its own folders, where the wanted path itself is honest",
        must="no component of a path is followed",
        program="""
        os.symlink(os.path.dirname(HOST["truth"][0]), "/output/folder"); os.symlink("/etc", "/output/etc"); os.symlink("/proc/self/root", "/output/root")
        """,
        wanted=("folder/hidden-truth.csv", "etc/hostname", "root/etc/passwd"),
        handed_back={},
        noted="symbolic link",
    ),
    _hands_back(
        "hands_back_hard_links",
        tries="to give files that it may only read a second name in /output, and its own file two",
        must="links across file systems are refused, and a file with two names stays behind",
        program="""
        for path in ("/data/test.csv", "/work/main.py", "/etc/passwd", "/bin/sh"):
            attempt(path, os.link, path, "/output/" + os.path.basename(path))
        open("/output/one", "w").write("1"); os.link("/output/one", "/output/two")
        """,
        handed_back={},
        noted="hard links",
    ),
    _hands_back(
        "hands_back_pipes_and_sockets",
        tries="to have the judge wait for ever at a named pipe, or speak to a socket, under the wanted name",
        must="both are looked at and left, without waiting",
        program="""
        import socket
        os.mkfifo("/output/predictions.csv"); os.mkfifo("/output/report.json")
        socket.socket(socket.AF_UNIX).bind("/output/scores.csv")
        """,
        wanted=("predictions.csv", "scores.csv"),
        handed_back={},
        noted="named pipe",
    ),
    _hands_back(
        "hands_back_strange_names",
        tries="names that leave the folder, break lines, turn the text around, look like options or are no text at all",
        must="plain names come back, others are named in escapes",
        program="""
        for name in (b"..", b"...", b"-rf", b"a\\nb", b"\\x1b[2J", "\\u202egnp.exe".encode(), b"\\xff\\xfe", b"x" * 250, b"a\\\\..\\\\b", b"CON", b"$(id)"):
            try: os.close(os.open(b"/output/" + name, os.O_CREAT | os.O_WRONLY))
            except OSError: pass
        """,
        handed_back={"...": b"", "-rf": b"", "a\\..\\b": b"", "CON": b"", "$(id)": b""},
    ),
    _hands_back(
        "nests_folders_without_end",
        tries="folders deeper than a path can be long, so that neither walking nor removing them ends well",
        must="what is deep stays behind, and all of it is removed",
        program="""
        os.chdir("/output")
        for _ in range(120): os.mkdir("d" * 60); os.chdir("d" * 60)
        open("deep.csv", "w").write("1")
        """,
        handed_back={},
        noted="folders may nest",
        limits=Limits(wall_s=10.0, output_files=256),
    ),
    stopped(
        "hands_back_a_terabyte_of_nothing",
        Outcome.OUTPUT_TOO_LARGE,
        tries="a file without content that claims to be a terabyte long",
        must="its claimed length counts",
        program="""
        for size in (1 << 40, 1 << 34, 60 << 20):
            try: open("/output/sparse", "wb").truncate(size); break
            except OSError as error: last = error
        """,
        limits=Limits(wall_s=20.0, output_mb=8, tmp_mb=64),
        handed_back={},
    ),
    Hostile(
        name="races_the_hand_back",
        tries="to exchange the file for a link between the judge's look at it and its reading",
        must="nobody is alive any longer when the judge looks, so that it reads the file or nothing",
        program="""
        open("/output/p.csv", "w").write("1")
        if os.fork() == 0:
            os.setsid(); os.symlink("/etc/passwd", "/tmp/link")
            os.chdir("/output")
            while True:
                os.symlink("/etc/passwd", "l"); os.rename("l", "p.csv")
                open("f", "w").write("1"); os.rename("f", "p.csv")
        import time; time.sleep(0.2)
        print("held"); sys.stdout.flush(); os._exit(0)
        """,
        within_s=10.0,
    ),
    held(
        "writes_files_that_are_executed_later",
        tries="sitecustomize, .pth files and byte code beside the libraries and the guest",
        must="every such folder is read-only",
        program="""
        import json, sysconfig
        folders = {os.path.dirname(json.__file__), sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), *sys.path, "/opt/judge/judge_guest", "/etc", "/usr/local/bin", "/bin"}
        for folder in folders:
            for name in ("sitecustomize.py", "evil.pth", "__pycache__/x.pyc", "ld.so.preload"):
                attempt((folder, name), lambda: open(os.path.join(folder, name), "w").close())
        """,
    ),
)
