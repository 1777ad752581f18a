"""From facts to an outcome."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest

from sandbox.box import Exit
from sandbox.contract import Gpu, LastError, Limits, Outcome
from sandbox.ending import Ending, judge_ending, read_report, with_outputs
from sandbox.outputs import HandBack
from sandbox.watchdog import Breach

FIELDS: dict[str, Any] = {"type": "ValueError", "message": "no", "memory": False, "banned": False, "errno": None}


def _ending(
    code: int = 1, *, oom: bool = False, full: bool = False, breach: Breach | None = None, **fields: Any
) -> Ending:
    report = read_report(json.dumps({**FIELDS, **fields}).encode()) if fields else None
    exit = Exit(code=code, out_of_memory=oom)
    return judge_ending(exit, breach=breach, report=report, output_full=full, limits=Limits(memory_mb=64))


def test_exit_0_has_finished() -> None:
    assert _ending(0) == Ending(outcome=Outcome.FINISHED, notes=())


@pytest.mark.parametrize(
    ("code", "note"),
    [
        (1, "the program ended with exit code 1"),
        (139, "the program was ended by signal SIGSEGV"),
        (255, "the program ended with exit code 255"),
    ],
)
def test_another_exit_code_is_a_crash(code: int, note: str) -> None:
    assert _ending(code) == Ending(outcome=Outcome.CRASHED, notes=(note,))


def test_a_child_killed_for_memory_counts_even_when_the_exit_code_is_0() -> None:
    assert _ending(0, oom=True).outcome is Outcome.OUT_OF_MEMORY


def test_a_memory_error_is_out_of_memory_only_if_it_ended_the_program() -> None:
    assert _ending(1, memory=True).outcome is Outcome.OUT_OF_MEMORY
    assert _ending(0, memory=True).outcome is Outcome.FINISHED


@pytest.mark.parametrize(("gpu", "outcome"), [(Gpu.REQUIRED, Outcome.OUT_OF_MEMORY), (Gpu.NONE, Outcome.CRASHED)])
def test_a_full_gpu_is_out_of_memory_where_there_was_one(gpu: Gpu, outcome: Outcome) -> None:
    report = read_report(json.dumps({**FIELDS, "gpu_memory": True}).encode())
    ending = judge_ending(Exit(code=1), breach=None, report=report, output_full=False, limits=Limits(gpu=gpu))
    assert ending.outcome is outcome
    assert ("smaller batches" in " ".join(ending.notes)) == (outcome is Outcome.OUT_OF_MEMORY)


def test_what_the_judge_measured_goes_before_what_the_program_says() -> None:
    breach = Breach(outcome=Outcome.TIMED_OUT, note="too long")
    assert _ending(137, oom=True, breach=breach, banned=True) == Ending(outcome=Outcome.TIMED_OUT, notes=("too long",))


def test_processor_time_is_a_time_out_also_by_the_kernels_signal() -> None:
    assert _ending(128 + 24).outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize("code", [0, 1])
def test_a_full_output_is_too_large_whether_or_not_the_program_noticed(code: int) -> None:
    assert _ending(code, full=True).outcome is Outcome.OUTPUT_TOO_LARGE


def test_a_file_over_the_size_limit_is_too_large() -> None:
    assert _ending(1, errno=errno.EFBIG).outcome is Outcome.OUTPUT_TOO_LARGE
    assert _ending(128 + 25).outcome is Outcome.OUTPUT_TOO_LARGE


def test_a_banned_import_is_told_by_its_name() -> None:
    ending = _ending(1, type="BannedImport", message="sklearn may not be used", banned=True)
    assert ending == Ending(outcome=Outcome.BANNED_IMPORT, notes=("sklearn may not be used",))


def test_a_banned_import_that_was_caught_changes_nothing() -> None:
    assert _ending(0, banned=True).outcome is Outcome.FINISHED


def test_too_many_files_turn_a_finished_run_into_output_too_large() -> None:
    finished = Ending(outcome=Outcome.FINISHED, notes=())
    assert with_outputs(finished, HandBack(too_large=True, notes=["much"])) == Ending(
        outcome=Outcome.OUTPUT_TOO_LARGE, notes=("much",)
    )


def test_a_report_is_read_with_types_and_caps() -> None:
    report = read_report(json.dumps({**FIELDS, "file": "main.py", "line": 3, "message": "x" * 500}).encode())
    assert report is not None
    assert report.error == LastError(type="ValueError", message="x" * 200, file="main.py", line=3, cell=None)


@pytest.mark.parametrize(
    "raw",
    [None, b"", b"    ", b"null", b"[]", b"{}", b'{"type": 3}', b"\xff\xfe", b"[" * 4000, b'{"type": "x"', b"1e999"],
)
def test_a_report_that_is_none_is_ignored(raw: bytes | None) -> None:
    assert read_report(raw) is None


@pytest.mark.parametrize("line", [-1, 2**40, True, "3", 1.5, None, [1]])
def test_a_forged_line_number_is_no_line_number(line: object) -> None:
    report = read_report(json.dumps({**FIELDS, "line": line}).encode())
    assert report is not None
    assert report.error.line is None


def test_control_characters_of_a_report_are_taken_out() -> None:
    report = read_report(json.dumps({**FIELDS, "message": "a\x1b[31m\nb\u202e"}).encode())
    assert report is not None
    assert report.error.message == "a [31m b "
