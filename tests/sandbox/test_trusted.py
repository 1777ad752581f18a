"""The guest and the common machinery, through the runner for our own programs: quick, without isolation."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.contract import Limits, Outcome, RunResult, RunSpec
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong, SandboxUnavailable
from sandbox.trusted import TrustedSandbox


def _spec(folder: Path, program: str, *, entry: str = "main.py", **fields: Any) -> RunSpec:
    (folder / entry).write_text(program)
    return RunSpec(work=folder, entry=entry, **fields)


def _run(folder: Path, program: str, **fields: Any) -> RunResult:
    return TrustedSandbox().run(_spec(folder, program, **fields))


def _notebook(*sources: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})


def test_a_program_reads_its_data_and_hands_back_its_output(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.txt").write_text("21")
    program = "import os\nn = int(open(os.environ['DATA_DIR'] + '/x.txt').read())\n"
    program += "open(os.environ['OUTPUT_DIR'] + '/y.txt', 'w').write(str(2 * n))"
    result = _run(tmp_path, program, data=(data,))
    assert (result.outcome, dict(result.outputs)) == (Outcome.FINISHED, {"y.txt": b"42"})


def test_the_program_is_main_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "report.py").write_text("WORD = 'the learner’s own report module'")
    program = "import sys, report\nprint(__name__, sys.argv, __file__ == sys.path[0] + '/main.py', report.WORD)"
    result = _run(tmp_path, program)
    assert result.stdout_tail == "__main__ ['main.py'] True the learner’s own report module\n"


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert _run(tmp_path, "import sys\nprint(repr(sys.stdin.read()))").stdout_tail == "''\n"


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(True)", 1, ""),
        ("import sys; sys.exit('good bye')", 1, "good bye\n"),
        ("raise SystemExit(300)", 300 & 0xFF, ""),
        ("import os; os._exit(7)", 7, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, ""),
    ],
)
def test_exits_are_those_of_python(tmp_path: Path, program: str, code: int, said: str) -> None:
    result = _run(tmp_path, program)
    assert (result.exit_code, result.stderr_tail) == (code, said)


def test_a_syntax_error_is_placed(tmp_path: Path) -> None:
    result = _run(tmp_path, "x = 1\nif x\n    pass\n")
    assert result.error is not None
    assert (result.error.type, result.error.file, result.error.line) == ("SyntaxError", "main.py", 2)


def test_the_line_is_the_learners_own_even_when_a_library_fails(tmp_path: Path) -> None:
    result = _run(tmp_path, "import json\n\njson.loads('{')\n")
    assert result.error is not None
    assert (result.error.type, result.error.file, result.error.line) == ("JSONDecodeError", "main.py", 3)


def test_an_exception_whose_text_fails_is_still_reported(tmp_path: Path) -> None:
    program = "class Odd(Exception):\n    def __str__(self): raise KeyError\nraise Odd\n"
    result = _run(tmp_path, program)
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("Odd", "(its text cannot be shown)")


def test_an_exception_hook_of_the_learner_is_used(tmp_path: Path) -> None:
    program = "import sys\nsys.excepthook = lambda kind, error, trace: print('mine', kind.__name__)\n1/0"
    assert _run(tmp_path, program).stdout_tail == "mine ZeroDivisionError\n"


def test_a_chained_exception_shows_no_frame_of_the_guest(tmp_path: Path) -> None:
    result = _run(tmp_path, "try:\n    1/0\nexcept ZeroDivisionError as error:\n    raise ValueError from error")
    assert "The above exception was the direct cause" in result.stderr_tail
    assert "guest" not in result.stderr_tail


def test_a_missing_entry_is_a_crash_of_the_program(tmp_path: Path) -> None:
    result = TrustedSandbox().run(RunSpec(work=tmp_path, entry="absent.py"))
    assert result.error is not None
    assert (result.outcome, result.error.type) == (Outcome.CRASHED, "FileNotFoundError")


def test_a_program_that_is_too_slow_is_timed_out(tmp_path: Path) -> None:
    result = _run(tmp_path, "import time\ntime.sleep(60)", limits=Limits(wall_s=0.5))
    assert (result.outcome, dict(result.outputs)) == (Outcome.TIMED_OUT, {})
    assert 0.4 < result.usage.wall_s < 5


def test_a_cancelled_program_is_stopped(tmp_path: Path) -> None:
    spec = _spec(tmp_path, "import time\ntime.sleep(60)", cancelled=lambda: True)
    result = TrustedSandbox().run(spec)
    assert (result.outcome, result.usage.wall_s < 5) == (Outcome.CANCELLED, True)


def test_a_watchdog_that_fails_stops_the_program_and_is_our_failure(tmp_path: Path) -> None:
    def fail() -> bool:
        raise RuntimeError("the database is gone")

    spec = _spec(tmp_path, "import time\ntime.sleep(60)", cancelled=fail)
    began = time.monotonic()
    with pytest.raises(SandboxUnavailable) as caught:
        TrustedSandbox().run(spec)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert time.monotonic() - began < 10


def test_the_guard_refuses_the_learner_and_not_the_libraries(tmp_path: Path) -> None:
    result = _run(tmp_path, "import csv\nimport re\nprint('never')\n", banned_imports=("re",))
    assert result.error is not None
    assert (result.outcome, result.error.line, result.stdout_tail) == (Outcome.BANNED_IMPORT, 2, "")
    assert result.notes == ("re may not be used in this challenge",)


def test_a_banned_import_that_is_caught_is_no_verdict(tmp_path: Path) -> None:
    program = "try:\n    import csv\nexcept ImportError:\n    print('then without')"
    result = _run(tmp_path, program, banned_imports=("csv",))
    assert (result.outcome, result.stdout_tail) == (Outcome.FINISHED, "then without\n")


def test_a_module_that_only_begins_like_a_banned_one_is_allowed(tmp_path: Path) -> None:
    assert _run(tmp_path, "import csv", banned_imports=("cs",)).outcome is Outcome.FINISHED


@pytest.mark.parametrize(
    ("cells", "printed", "skipped"),
    [
        (["x = 1", "print(x)"], "1\n", []),
        (["%matplotlib inline\nprint(1)"], "1\n", ["<cell 1>, line 1"]),
        (["if True:\n    %time pass\nprint(2)"], "2\n", ["<cell 1>, line 2"]),
        (["y = (7\n  % 4)\nprint(y)"], "3\n", []),
        (["!ls\ny = (7\n  % 4)\nprint(y)"], "3\n", ["<cell 1>, line 1"]),
        (["!ls\ns = '''\n!inside'''\nprint(s)"], "\n!inside\n", ["<cell 1>, line 1"]),
        (["%%time\nprint(4)"], "4\n", ["<cell 1>, line 1"]),
        (["%%bash\nrm -rf /"], "", ["<cell 1>: skipped, since %%bash cells are not Python"]),
        (["display('shown')"], "shown\n", []),
    ],
)
def test_a_notebook_runs_like_its_cells(tmp_path: Path, cells: list[str], printed: str, skipped: list[str]) -> None:
    result = _run(tmp_path, _notebook(*cells), entry="main.ipynb")
    assert (result.outcome, result.stdout_tail) == (Outcome.FINISHED, printed)
    assert len(result.stderr_tail.splitlines()) == len(skipped)
    assert all(words in result.stderr_tail for words in skipped)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": [{"cell_type": "code"}]}', "print(1)"])
def test_what_is_no_notebook_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    result = _run(tmp_path, text, entry="main.ipynb")
    assert result.error is not None
    assert (result.outcome, result.error.type) == (Outcome.CRASHED, "NotANotebook")
    assert result.error.message.startswith("main.ipynb is not a Jupyter notebook of format 4")


def test_a_syntax_error_in_a_cell_is_placed(tmp_path: Path) -> None:
    result = _run(tmp_path, _notebook("x = 1", "\ny = = 2"), entry="main.ipynb")
    assert result.error is not None
    assert (result.error.type, result.error.cell, result.error.line) == ("SyntaxError", 2, 2)


def test_a_conversation_goes_back_and_forth(tmp_path: Path) -> None:
    spec = _spec(tmp_path, "import sys\nfor line in sys.stdin: print(line.strip()[::-1])")
    with TrustedSandbox().converse(spec) as conversation:
        for word in (b"abc", b"", b"0123456789"):
            conversation.send(word)
            assert conversation.receive(10) == word[::-1]
    assert conversation.close() is conversation.close()


def test_a_newline_cannot_be_smuggled_into_a_line(tmp_path: Path) -> None:
    with (
        TrustedSandbox().converse(_spec(tmp_path, "input()")) as conversation,
        pytest.raises(ValueError, match="newline"),
    ):
        conversation.send(b"one\ntwo")


def test_a_closed_conversation_has_ended(tmp_path: Path) -> None:
    conversation = TrustedSandbox().converse(_spec(tmp_path, "input()"))
    conversation.close()
    with pytest.raises(ConversationEnded):
        conversation.receive(1)
    with pytest.raises(ConversationEnded):
        conversation.send(b"x")


def test_a_program_that_talks_without_being_asked_is_left_waiting(tmp_path: Path) -> None:
    spec = _spec(tmp_path, "n = 0\nwhile True:\n    print('x' * 1000)", limits=Limits(wall_s=30, line_bytes=2000))
    with TrustedSandbox().converse(spec) as conversation:
        with pytest.raises(ReplyTimedOut):
            for _ in range(10):
                conversation.send(b"")
                conversation.receive(0.01)
            raise ReplyTimedOut
        assert conversation.receive(5) == b"x" * 1000


def test_a_line_of_exactly_the_limit_passes_and_one_more_byte_does_not(tmp_path: Path) -> None:
    spec = _spec(tmp_path, "print('x' * 100)\nprint('x' * 101)", limits=Limits(line_bytes=100))
    with TrustedSandbox().converse(spec) as conversation:
        assert conversation.receive(10) == b"x" * 100
        with pytest.raises(ReplyTooLong):
            conversation.receive(10)
