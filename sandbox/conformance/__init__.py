"""The promises that every backend keeps, by name; the one suite that they all pass.

A promise is a function: its name is the promise, its docstring says what is promised, and it raises BrokenPromise
with what was seen instead. A backend that cannot keep one on a host names it in its probe's refusals; then it is not
asked. An operator can run them all on a host: `python -m sandbox.conformance docker`.
"""

from __future__ import annotations

from sandbox.conformance import bans, endings, limits, outputs, talks, walls
from sandbox.conformance.bench import Bench, BrokenPromise, Promise

__all__ = ["PROMISES", "Bench", "BrokenPromise", "Promise"]

PROMISES: tuple[Promise, ...] = (
    outputs.outputs_are_handed_back,
    outputs.only_wanted_outputs_are_handed_back,
    outputs.links_and_pipes_are_left_behind,
    outputs.wanted_links_are_left_behind,
    outputs.huge_output_is_capped,
    outputs.output_never_exceeds_its_limit,
    outputs.sparse_output_is_capped,
    outputs.many_files_are_capped,
    outputs.strange_names_are_left_behind,
    endings.progress_is_told,
    endings.writing_nothing_is_no_failure,
    endings.a_failing_program_has_crashed,
    endings.an_exit_code_is_told,
    endings.exit_handlers_run_and_output_is_flushed,
    endings.notebooks_run_cell_by_cell,
    endings.a_failing_cell_is_named,
    endings.usage_is_measured,
    endings.use_over_time_is_measured,
    endings.libraries_work,
    endings.the_log_is_capped,
    endings.the_log_is_readable_text,
    limits.a_sleeper_is_stopped_at_the_wall_clock,
    limits.processor_time_is_capped,
    limits.the_processor_share_is_capped,
    limits.memory_is_capped,
    limits.memory_of_children_is_capped,
    limits.memory_never_exceeds_its_limit,
    limits.an_impossible_allocation_is_out_of_memory,
    limits.a_fork_bomb_is_contained,
    limits.orphans_die_with_the_run,
    walls.there_is_no_network,
    walls.inputs_are_read_only,
    walls.the_environment_holds_no_secrets,
    walls.host_files_are_absent,
    walls.rights_are_gone,
    walls.runs_do_not_see_each_other,
    bans.banned_packages_are_absent,
    bans.a_banned_part_of_a_package_is_hollow,
    bans.a_banned_library_module_is_hollow,
    talks.conversations_carry_lines,
    talks.long_lines_cross_both_ways,
    talks.silence_is_timed_out,
    talks.a_line_too_long_is_refused,
    talks.an_early_end_is_told,
    talks.a_conversation_has_a_wall_clock,
    talks.conversations_run_side_by_side,
)
