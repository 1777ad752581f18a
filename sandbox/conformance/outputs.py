"""What a program may hand back, and what stays behind."""

from __future__ import annotations

from sandbox.conformance.bench import Bench, BrokenPromise, expect, same
from sandbox.contract import Limits, Outcome


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
    expect(result, Outcome.FINISHED, printed="id\n1\n\n")
    same(dict(result.outputs), {"predictions.csv": b"id,target\n1,2\n", "deep/er.bin": bytes(range(256))})


def only_wanted_outputs_are_handed_back(bench: Bench) -> None:
    """With a list of wanted files the rest stays behind, and a missing one is named."""
    program = "[open('/output/' + name, 'w').write(name) for name in 'ab']"
    result = bench.run(program, wanted_outputs=("a", "missing.csv"))
    expect(result, Outcome.FINISHED, noted="/output/missing.csv was not written")
    same(dict(result.outputs), {"a": b"a"})


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
    expect(result, Outcome.FINISHED, noted="link.csv was left behind: it is a symbolic link")
    same(dict(result.outputs), {"real/data.csv": b"fine"})
    named = " ".join(result.notes)
    for name in ("folder", "alias", "pipe.csv", "one.csv", "two.csv", "socket.csv"):
        if f"/output/{name} " not in named:
            raise BrokenPromise(f"nothing was said about {name}: {named}")


def wanted_links_are_left_behind(bench: Bench) -> None:
    """A link is not followed either when its very name is wanted."""
    program = "import os; os.symlink('/data/secret', '/output/p.csv'); os.symlink('/data', '/output/d')"
    result = bench.run(program, data={"secret": b"hidden"}, wanted_outputs=("p.csv", "d/secret"))
    expect(result, Outcome.FINISHED, noted="symbolic link")
    same(dict(result.outputs), {})


def huge_output_is_capped(bench: Bench) -> None:
    """Writing more than allowed ends with OUTPUT_TOO_LARGE, and no more than that is ever stored."""
    program = "with open('/output/big', 'wb') as file:\n    for _ in range(1000): file.write(bytes(1 << 20))"
    result = bench.run(program, limits=Limits(wall_s=60.0, output_mb=8))
    expect(result, Outcome.OUTPUT_TOO_LARGE)
    same(dict(result.outputs), {})


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
    expect(result, Outcome.OUTPUT_TOO_LARGE)
    if not result.stdout_tail.strip().isdecimal() or int(result.stdout_tail) > 9:
        raise BrokenPromise(f"8 MB were allowed, {result.stdout_tail.strip() or 'an unknown number'} MB were written")


def sparse_output_is_capped(bench: Bench) -> None:
    """A file of a terabyte made of nothing is refused, as is one just over the cap."""
    limits = Limits(wall_s=30.0, output_mb=8, tmp_mb=64)
    for size in (1 << 40, 9 << 20):
        result = bench.run(f"open('/output/sparse', 'wb').truncate({size})", limits=limits)
        expect(result, Outcome.OUTPUT_TOO_LARGE)


def many_files_are_capped(bench: Bench) -> None:
    """More files than allowed end with OUTPUT_TOO_LARGE."""
    program = "for number in range(20000): open(f'/output/{number}', 'w').close()"
    result = bench.run(program, limits=Limits(wall_s=60.0, output_files=10))
    expect(result, Outcome.OUTPUT_TOO_LARGE)


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
    expect(result, Outcome.FINISHED)
    same(sorted(result.outputs), ["-rf"])
