"""Which system calls a learner's program may make: one table, two spellings.

    SYSCALLS ──> bpf_program()      classic BPF, for `bwrap --seccomp FD`
            └──> docker_profile()   JSON, for Docker's `--security-opt seccomp=`

Deny first: what is not in the table fails with EPERM, and a call younger than the table with ENOSYS, so that libraries
fall back. Left out on purpose, beside everything that needs a capability: io_uring, ptrace and process_vm_*, bpf,
perf_event_open, userfaultfd, keyctl, mount and its new relatives, unshare, setns, kexec, System V and POSIX message
queues and shared memory (they would outlive a process), vmsplice and splice, personality, libaio. Three calls are
allowed by their arguments only: `clone` without new namespaces, `socket` and `socketpair` of the families UNIX, IPv4
and IPv6 (vsock and netlink reach past a network namespace). `clone3` hides its flags in memory where a filter cannot
look, so it pretends not to exist.
"""

from __future__ import annotations

import errno
import json
import platform
import socket
import struct
from dataclasses import dataclass

from sandbox.errors import SandboxUnavailable

# name, number on x86_64, number on aarch64 ("-" where the architecture has no such call)
TABLE = """
    read 0 63; write 1 64; open 2 -; close 3 57; stat 4 -; fstat 5 80; lstat 6 -; newfstatat 262 79; statx 332 291;
    poll 7 -; ppoll 271 73; lseek 8 62; mmap 9 222; mprotect 10 226; munmap 11 215; brk 12 214;
    rt_sigaction 13 134; rt_sigprocmask 14 135; rt_sigreturn 15 139; rt_sigpending 127 136;
    rt_sigtimedwait 128 137; rt_sigqueueinfo 129 138; rt_sigsuspend 130 133; rt_tgsigqueueinfo 297 240;
    sigaltstack 131 132; ioctl 16 29; pread64 17 67; pwrite64 18 68; readv 19 65; writev 20 66; preadv 295 69;
    pwritev 296 70; preadv2 327 286; pwritev2 328 287; access 21 -; faccessat 269 48; faccessat2 439 439;
    pipe 22 -; pipe2 293 59; select 23 -; pselect6 270 72; sched_yield 24 124; mremap 25 216; msync 26 227;
    mincore 27 232; madvise 28 233; dup 32 23; dup2 33 -; dup3 292 24; pause 34 -; nanosleep 35 101;
    clock_nanosleep 230 115; getitimer 36 102; setitimer 38 103; alarm 37 -; getpid 39 172; sendfile 40 71;
    connect 42 203; accept 43 202; accept4 288 242; sendto 44 206; recvfrom 45 207; sendmsg 46 211; recvmsg 47 212;
    sendmmsg 307 269; recvmmsg 299 243; shutdown 48 210; bind 49 200; listen 50 201; getsockname 51 204;
    getpeername 52 205; setsockopt 54 208; getsockopt 55 209; fork 57 -; vfork 58 -; execve 59 221;
    execveat 322 281; exit 60 93; exit_group 231 94; wait4 61 260; waitid 247 95; kill 62 129; tkill 200 130;
    tgkill 234 131; uname 63 160; fcntl 72 25; flock 73 32; fsync 74 82; fdatasync 75 83; sync_file_range 277 84;
    truncate 76 45; ftruncate 77 46; getdents 78 -; getdents64 217 61; getcwd 79 17; chdir 80 49; fchdir 81 50;
    rename 82 -; renameat 264 38; renameat2 316 276; mkdir 83 -; mkdirat 258 34; rmdir 84 -; creat 85 -; link 86 -;
    linkat 265 37; unlink 87 -; unlinkat 263 35; symlink 88 -; symlinkat 266 36; readlink 89 -; readlinkat 267 78;
    chmod 90 -; fchmod 91 52; fchmodat 268 53; chown 92 -; fchown 93 55; lchown 94 -; fchownat 260 54;
    umask 95 166; mknod 133 -; mknodat 259 33; utime 132 -; utimes 235 -; utimensat 280 88; futimesat 261 -;
    gettimeofday 96 169; getrlimit 97 163; setrlimit 160 164; prlimit64 302 261; getrusage 98 165; sysinfo 99 179;
    times 100 153; getuid 102 174; getgid 104 176; geteuid 107 175; getegid 108 177; setuid 105 146;
    setgid 106 144; setreuid 113 145; setregid 114 143; getgroups 115 158; setgroups 116 159; setresuid 117 147;
    getresuid 118 148; setresgid 119 149; getresgid 120 150; setfsuid 122 151; setfsgid 123 152; setpgid 109 154;
    getpgid 121 155; getppid 110 173; getpgrp 111 -; setsid 112 157; getsid 124 156; capget 125 90; capset 126 91;
    statfs 137 43; fstatfs 138 44; getpriority 140 141; setpriority 141 140; sched_setparam 142 118;
    sched_getparam 143 121; sched_setscheduler 144 119; sched_getscheduler 145 120; sched_get_priority_max 146 125;
    sched_get_priority_min 147 126; sched_rr_get_interval 148 127; sched_setattr 314 274; sched_getattr 315 275;
    sched_setaffinity 203 122; sched_getaffinity 204 123; mlock 149 228; munlock 150 229; mlock2 325 284;
    prctl 157 167; arch_prctl 158 -; gettid 186 178; readahead 187 213; fadvise64 221 223; fallocate 285 47;
    setxattr 188 5; lsetxattr 189 6; fsetxattr 190 7; getxattr 191 8; lgetxattr 192 9; fgetxattr 193 10;
    listxattr 194 11; llistxattr 195 12; flistxattr 196 13; removexattr 197 14; lremovexattr 198 15;
    fremovexattr 199 16; time 201 -; futex 202 98; futex_waitv 449 449; set_robust_list 273 99;
    get_robust_list 274 100; set_thread_area 205 -; get_thread_area 211 -; set_tid_address 218 96;
    restart_syscall 219 128; rseq 334 293; membarrier 324 283; epoll_create 213 -; epoll_create1 291 20;
    epoll_ctl 233 21; epoll_wait 232 -; epoll_pwait 281 22; epoll_pwait2 441 441; timer_create 222 107;
    timer_settime 223 110; timer_gettime 224 108; timer_getoverrun 225 109; timer_delete 226 111;
    clock_gettime 228 113; clock_getres 229 114; timerfd_create 283 85; timerfd_settime 286 86;
    timerfd_gettime 287 87; eventfd 284 -; eventfd2 290 19; signalfd 282 -; signalfd4 289 74; inotify_init 253 -;
    inotify_init1 294 26; inotify_add_watch 254 27; inotify_rm_watch 255 28; ioprio_get 252 31;
    get_mempolicy 239 236; getcpu 309 168; getrandom 318 278; memfd_create 319 279; copy_file_range 326 285;
    sync 162 81; syncfs 306 267; openat 257 56; openat2 437 437; close_range 436 436; pidfd_open 434 434;
    pidfd_send_signal 424 424; pkey_mprotect 329 288; pkey_alloc 330 289; pkey_free 331 290
"""

NAMESPACE_FLAGS = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET together."""
SOCKET_FAMILIES = (int(socket.AF_UNIX), int(socket.AF_INET), int(socket.AF_INET6))
YOUNGEST = 450
"""The highest number that the table was made with; beyond it the answer is ENOSYS."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What BPF must know of a processor."""

    audit: int
    clone: int
    socket: int
    socketpair: int
    column: int
    docker: str


ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, clone=56, socket=41, socketpair=53, column=0, docker="SCMP_ARCH_X86_64"),
    "aarch64": Architecture(
        audit=0xC00000B7, clone=220, socket=198, socketpair=199, column=1, docker="SCMP_ARCH_AARCH64"
    ),
}
CLONE3 = 435

RET_ALLOW = 0x7FFF0000
RET_EPERM = 0x00050000 | errno.EPERM
RET_ENOSYS = 0x00050000 | errno.ENOSYS
RET_KILL = 0x80000000

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_GREATER, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x25, 0x45, 0x06
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_ARGUMENT_0 = 0, 4, 16


def allowed_numbers(machine: str) -> dict[str, int]:
    """Return the plain part of the table for one architecture: name -> number."""
    column = architecture(machine).column
    rows = [row.split() for row in TABLE.replace("\n", ";").split(";") if row.strip()]
    return {name: int(numbers[column]) for name, *numbers in rows if numbers[column] != "-"}


def architecture(machine: str) -> Architecture:
    """Return the facts of one architecture. Raises SandboxUnavailable for one that the table lacks."""
    if machine not in ARCHITECTURES:
        raise SandboxUnavailable(f"no table of system calls for {machine}; known are {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[machine]


def bpf_program(machine: str = platform.machine()) -> bytes:
    """Return the filter as an array of `struct sock_filter`."""
    arch = architecture(machine)
    code = [
        _step(LOAD, 0, 0, OFFSET_ARCH),
        _step(JUMP_EQUAL, 1, 0, arch.audit),
        _step(RETURN, 0, 0, RET_KILL),
        _step(LOAD, 0, 0, OFFSET_NUMBER),
        # x32 calls carry a high bit, so they land here too.
        _step(JUMP_GREATER, 0, 1, YOUNGEST),
        _step(RETURN, 0, 0, RET_ENOSYS),
        _step(JUMP_EQUAL, 0, 1, CLONE3),
        _step(RETURN, 0, 0, RET_ENOSYS),
        _step(JUMP_EQUAL, 0, 4, arch.clone),
        _step(LOAD, 0, 0, OFFSET_ARGUMENT_0),
        _step(JUMP_SET, 0, 1, NAMESPACE_FLAGS),
        _step(RETURN, 0, 0, RET_EPERM),
        _step(RETURN, 0, 0, RET_ALLOW),
        _step(JUMP_EQUAL, 1, 0, arch.socket),
        _step(JUMP_EQUAL, 0, 3 + len(SOCKET_FAMILIES), arch.socketpair),
        _step(LOAD, 0, 0, OFFSET_ARGUMENT_0),
        *(
            _step(JUMP_EQUAL, len(SOCKET_FAMILIES) - position, 0, family)
            for position, family in enumerate(SOCKET_FAMILIES)
        ),
        _step(RETURN, 0, 0, RET_EPERM),
        _step(RETURN, 0, 0, RET_ALLOW),
    ]
    for low, high in _ranges(sorted(allowed_numbers(machine).values())):
        code += [
            _step(JUMP_GREATER_EQUAL, 0, 2, low),
            _step(JUMP_GREATER, 1, 0, high),
            _step(RETURN, 0, 0, RET_ALLOW),
        ]
    code.append(_step(RETURN, 0, 0, RET_EPERM))
    return b"".join(code)


def docker_profile(machine: str = platform.machine()) -> str:
    """Return the same filter as the JSON text that Docker's API wants."""
    rules: list[dict[str, object]] = [
        {"names": sorted(allowed_numbers(machine)), "action": "SCMP_ACT_ALLOW"},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS},
        {
            "names": ["clone"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": NAMESPACE_FLAGS, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
        },
    ]
    rules += [
        {
            "names": ["socket", "socketpair"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": family, "op": "SCMP_CMP_EQ"}],
        }
        for family in SOCKET_FAMILIES
    ]
    profile = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "architectures": [architecture(machine).docker],
        "syscalls": rules,
    }
    return json.dumps(profile)


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
