"""Programs that try to gain rights, or to reach the parts of the kernel that most escapes went through."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from typing import Any

from tests.adversarial.hostile import Hostile, Protection, held, without

FILTER = without(Protection.SYSTEM_CALL_FILTER)
ALL_RIGHTS = without(Protection.SYSTEM_CALL_FILTER, Protection.NO_CAPABILITIES)


def _filtered(name: str, *, tries: str, program: str, **fields: Any) -> Hostile:
    must = "the filter answers before the kernel's own code is reached"
    return held(name, tries=tries, must=must, program=program, **({"without": FILTER} | fields))


PROGRAMS: tuple[Hostile, ...] = (
    held(
        "becomes_another_user",
        tries="to set its user, its groups and its file-system user to root's and to a neighbour's",
        program="""
        for user in (0, 1, 1000, os.getuid() + 1):
            attempt("setuid", os.setuid, user); attempt("setgid", os.setgid, user); attempt("setgroups", os.setgroups, [user])
            attempt("setresuid", os.setresuid, user, user, user); attempt("setreuid", os.setreuid, user, user)
            libc.setfsuid(user)
            if libc.setfsuid(-1) == user: got.append("setfsuid")
        """,
        # In a user namespace that maps one user there is no other one to become, with or without rights.
    ),
    held(
        "runs_set_user_id_programs",
        tries="su, sudo, passwd and newgrp, and a shell of its own with the set-user-id bit, in all folders that it may write",
        must="none of them runs as anybody else",
        program="""
        import subprocess
        for path in ("/usr/bin/su", "/usr/bin/sudo", "/usr/bin/newgrp", "/usr/bin/pkexec"):
            if os.path.exists(path):
                done = subprocess.run([path, "-c", "id -u"], capture_output=True, input=b"", timeout=5)
                if done.stdout.strip() == b"0": got.append(path)
        for folder in ("/tmp", "/output", "/dev/shm"):
            with open("/bin/sh", "rb") as source, open(f"{folder}/shell", "wb") as copy: copy.write(source.read())
            os.chmod(f"{folder}/shell", 0o6755)
            def run():
                user = subprocess.run([f"{folder}/shell", "-pc", "id -u"], capture_output=True).stdout.strip()
                if user in (b"", str(os.getuid()).encode()): raise OSError
            attempt(folder, run)
        if libc.prctl(39, 0, 0, 0, 0) != 1: got.append("new privileges")
        if libc.prctl(38, 0, 0, 0, 0) == 0: got.append("new privileges again")
        """,
    ),
    held(
        "asks_for_capabilities",
        tries="capset, ambient capabilities, keeping them over a change of user, and file capabilities",
        must="none is held and none can be had",
        program="""
        header = (ctypes.c_uint32 * 2)(0x20080522, 0); data = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
        syscall("capset", 126, 91, header, data)
        for capability in range(41):
            if libc.prctl(47, 2, capability, 0, 0) == 0: got.append(f"ambient {capability}")
            if libc.prctl(23, capability, 0, 0, 0) == 1: got.append(f"bounding {capability}")
        open("/tmp/x", "w").close()
        attempt("file", os.setxattr, "/tmp/x", "security.capability", bytes.fromhex("0100000202000000000000000000000000000000"))
        """,
        without=without(Protection.NO_CAPABILITIES),
    ),
    held(
        "takes_priority",
        tries="real-time scheduling, a better nice value, locked memory and protection from the memory killer",
        program="""
        attempt("fifo", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
        attempt("round robin", lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)))
        attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
        attempt("oom", poke, "/proc/self/oom_score_adj", b"-1000")
        if libc.mlockall(3) == 0: got.append("mlockall")
        filtered("ioprio", 251, 30, 1, 0, 0x2000); filtered("ioprio", 251, 30, 1, 0, 0x4007)
        """,
        without=FILTER,
    ),
    _filtered(
        "makes_a_user_namespace",
        tries="a user namespace of its own, in which it would be root and most of the kernel open to it",
        program="""
        filtered("unshare", 272, 97, 0x10000000); filtered("with mounts", 272, 97, 0x10020000)
        child = libc.syscall({"x86_64": 56, "aarch64": 220}[platform.machine()], 0x10000000 | 17, 0, 0, 0, 0)
        if child == 0: os._exit(0)
        if child > 0 or ctypes.get_errno() != errno.EPERM: got.append(f"clone {ctypes.get_errno()}")
        attempt("map", poke, "/proc/self/uid_map", b"0 0 4294967295")
        """,
    ),
    _filtered(
        "makes_other_namespaces",
        tries="unshare and clone with the flags for mounts, processes, network, ipc, names, control groups and time",
        program="""
        for flag in (0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80): filtered(f"unshare {flag:x}", 272, 97, flag)
        for flag in (0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000):
            child = libc.syscall({"x86_64": 56, "aarch64": 220}[platform.machine()], flag | 17, 0, 0, 0, 0)
            if child == 0: os._exit(0)
            if child > 0: got.append(f"clone {flag:x}")
        """,
        without=ALL_RIGHTS,
    ),
    _filtered(
        "hides_its_flags_in_clone3",
        tries="clone3, whose flags lie in memory where no filter can read them",
        program="""
        arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
        child = libc.syscall(435, arguments, 88)
        if child == 0: os._exit(0)
        if child > 0 or ctypes.get_errno() != errno.ENOSYS: got.append(f"clone3 {ctypes.get_errno()}")
        """,
    ),
    _filtered(
        "enters_namespaces_of_others",
        tries="setns into those of the init and of itself, by /proc and by a pidfd",
        program="""
        for number in (1, os.getpid()):
            for kind in ("mnt", "user", "net", "pid", "ipc", "uts", "cgroup"):
                try: descriptor = os.open(f"/proc/{number}/ns/{kind}", os.O_RDONLY)
                except OSError: descriptor = -1
                filtered((number, kind), 308, 268, descriptor, 0)
            filtered(("pidfd", number), 308, 268, os.pidfd_open(number), 0x20000)
        """,
    ),
    held(
        "mounts_by_the_old_calls",
        tries="to mount a tmpfs and /proc, to make the root writable, to bind and to take mounts away",
        program="""
        filtered("call", 165, 40, 1, 1, 1, 0, 0); filtered("call", 166, 39, b"/tmp", -1)
        syscall("tmpfs", 165, 40, b"tmpfs", b"/tmp", b"tmpfs", 0, None); syscall("proc", 165, 40, b"proc", b"/tmp", b"proc", 0, None)
        syscall("bind", 165, 40, b"/", b"/tmp", None, 0x5000, None); syscall("overlay", 165, 40, b"o", b"/tmp", b"overlay", 0, b"lowerdir=/usr:/work")
        syscall("remount", 165, 40, None, b"/", None, 0x1020, None); syscall("writable /work", 165, 40, None, b"/work", None, 0x1020, None)
        syscall("umount", 166, 39, b"/work", 2); syscall("umount /proc", 166, 39, b"/proc", 2)
        """,
        without=FILTER,
    ),
    _filtered(
        "mounts_by_the_new_calls",
        tries="open_tree, fsopen, fsmount, move_mount, mount_setattr, fspick and listmount, which old filters do not know",
        program="""
        for label, number, *arguments in (("open_tree", 428, -100, b"/", 1), ("move_mount", 429, -1, b"", -1, b"", 0), ("fsopen", 430, b"tmpfs", 0), ("fsconfig", 431, -1, 0, 0, 0, 0),
                                          ("fsmount", 432, -1, 0, 0), ("fspick", 433, -100, b"/", 0), ("mount_setattr", 442, -100, b"/", 0, 0, 0), ("statmount", 457, 0, 0, 0, 0), ("listmount", 458, 0, 0, 0, 0)):
            filtered(label, number, number, *arguments)
        """,
    ),
    held(
        "changes_its_root",
        tries="chroot and pivot_root, the ways out of every old jail",
        program="""
        syscall("chroot", 161, 51, b"/tmp"); syscall("pivot_root", 155, 41, b"/tmp", b"/tmp")
        os.makedirs("/tmp/a/b", exist_ok=True); syscall("pivot_root", 155, 41, b"/tmp/a", b"/tmp/a/b")
        """,
        without=ALL_RIGHTS,
    ),
    held(
        "makes_devices",
        tries="mknod of disks, memory and consoles in every folder that it may write, and to open what came of it",
        program="""
        import stat
        for major, minor, kind in ((8, 0, stat.S_IFBLK), (1, 1, stat.S_IFCHR), (254, 0, stat.S_IFBLK), (1, 3, stat.S_IFCHR), (5, 1, stat.S_IFCHR), (10, 229, stat.S_IFCHR)):
            for folder in ("/tmp", "/output", "/dev/shm", "/report"):
                def make():
                    os.mknod(f"{folder}/device", kind | 0o666, os.makedev(major, minor)); open(f"{folder}/device", "rb")
                attempt((major, minor, folder), make)
        """,
    ),
    _filtered(
        "uses_the_keyrings",
        tries="add_key, request_key and keyctl, which know no namespaces",
        program="""
        filtered("add_key", 248, 217, b"user", b"k", b"v", 1, -3); filtered("request_key", 249, 218, b"user", b"k", None, -3)
        for operation in (0, 1, 6, 11, 22): filtered(f"keyctl {operation}", 250, 219, operation, -3, 0, 0, 0)
        """,
    ),
    _filtered(
        "loads_bpf",
        tries="bpf: to make a map, to load a program, to walk through those of others",
        program="""
        attributes = ctypes.create_string_buffer(128)
        for command in (0, 5, 7, 11, 12, 13): filtered(f"bpf {command}", 321, 280, command, attributes, 128)
        filtered("seccomp listener", 317, 277, 1, 8, attributes)
        """,
    ),
    _filtered(
        "measures_with_perf",
        tries="perf_event_open on itself and on all processors, to see what others do",
        program="""
        attributes = (ctypes.c_uint32 * 32)(1, 128)
        for process, processor in ((0, -1), (-1, 0)): filtered((process, processor), 298, 241, attributes, process, processor, -1, 0)
        """,
    ),
    _filtered(
        "opens_an_io_uring",
        tries="io_uring and the old asynchronous calls, which go past filters of system calls",
        program="""
        parameters = ctypes.create_string_buffer(120); context = ctypes.c_ulong(0)
        filtered("setup", 425, 425, 8, parameters); filtered("enter", 426, 426, -1, 0, 0, 0, 0, 0); filtered("register", 427, 427, -1, 0, 0, 0)
        filtered("io_setup", 206, 0, 8, ctypes.byref(context)); filtered("io_submit", 209, 2, 0, 0, 0)
        """,
    ),
    _filtered(
        "holds_page_faults",
        tries="userfaultfd by its call and its device, and memory tricks by which races are won",
        program="""
        filtered("userfaultfd", 323, 282, 1); filtered("memfd_secret", 447, 447, 0); filtered("vmsplice", 278, 75, 1, None, 0, 0)
        filtered("splice", 275, 76, -1, None, -1, None, 0, 0); filtered("tee", 276, 77, -1, -1, 0, 0); filtered("migrate_pages", 256, 238, 0, 0, 0, 0); filtered("move_pages", 279, 239, 0, 0, 0, 0, 0, 0)
        attempt("device", os.open, "/dev/userfaultfd", os.O_RDWR)
        """,
    ),
    _filtered(
        "loads_a_kernel",
        tries="kexec, modules, swap, quota, accounting, ports, reboot and the kernel's log",
        program="""
        for label, x86_64, aarch64, *arguments in (
            ("kexec_load", 246, 104, 0, 0, 0, 0), ("kexec_file_load", 320, 294, -1, -1, 0, 0, 0), ("init_module", 175, 105, b"", 0, b""), ("finit_module", 313, 273, -1, b"", 0),
            ("delete_module", 176, 106, b"x", 0), ("swapon", 167, 224, b"/tmp/x", 0), ("quotactl", 179, 60, 0, 0, 0, 0), ("acct", 163, 89, None), ("reboot", 169, 142, 0, 0, 0, 0),
            ("syslog", 103, 116, 10, 0, 0), ("lookup_dcookie", 212, 18, 0, 0, 0), ("personality", 135, 92, 0x0040000), ("name_to_handle_at", 303, 264, -100, b"/", 0, 0, 0),
            ("open_by_handle_at", 304, 265, -100, 0, 0), ("fanotify", 300, 262, 0, 0), ("process_madvise", 440, 440, -1, 0, 0, 0, 0), ("landlock", 444, 444, 0, 0, 1),
        ): filtered(label, x86_64, aarch64, *arguments)
        if platform.machine() == "x86_64": filtered("iopl", 172, 0, 3); filtered("ioperm", 173, 0, 0x80, 1, 1); filtered("modify_ldt", 154, 0, 0, 0, 0)
        """,
    ),
    _filtered(
        "hides_in_system_v",
        tries="shared memory, semaphores and message queues that outlive a process, and that need no file",
        program="""
        for label, x86_64, aarch64, *arguments in (
            ("shmget", 29, 194, 0, 4096, 0o1600), ("semget", 64, 190, 0, 1, 0o1600), ("msgget", 68, 186, 0, 0o1600), ("mq_open", 240, 180, b"q", 0o102, 0o600, 0), ("shmctl", 31, 195, 0, 13, 0),
        ): filtered(label, x86_64, aarch64, *arguments)
        """,
    ),
    held(
        "renames_the_machine",
        tries="to change the host's name and domain, which belong to everybody on it",
        must="nothing is renamed, for itself neither",
        program="""
        syscall("sethostname", 170, 161, b"owned", 5); syscall("setdomainname", 171, 162, b"owned", 5)
        attempt("proc", poke, "/proc/sys/kernel/hostname", b"owned")
        if "owned" in (os.uname().nodename, open("/proc/sys/kernel/hostname").read().strip()): got.append("renamed")
        """,
    ),
    held(
        "speaks_the_other_tongue_of_the_kernel",
        tries="the x32 numbers of calls, and the 32-bit gate, to slip past the filter",
        must="the filter knows the architecture and refuses",
        program="""
        for number in (101, 165, 272, 425, 521) if platform.machine() == "x86_64" else ():
            child = os.fork()
            if child == 0: os._exit(0 if libc.syscall(0x40000000 | number, 0, 0, 0, 0) >= 0 else 1)
            if os.waitpid(child, 0)[1] == 0: got.append(number)
        if platform.machine() == "x86_64":
            import mmap
            # mov eax, 20 (getpid of 32 bits); int 0x80; ret
            code = mmap.mmap(-1, 4096, prot=7); code.write(bytes.fromhex("b814000000cd80c3"))
            child = os.fork()
            if child == 0:
                address = ctypes.addressof(ctypes.c_char.from_buffer(code))
                os._exit(0 if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 else 1)
            if os.waitpid(child, 0)[1] == 0: got.append("int 0x80")
        """,
        without=FILTER,
    ),
)
