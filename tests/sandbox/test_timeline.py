from __future__ import annotations

import pytest

from sandbox.box import Sample
from sandbox.contract import Moment
from sandbox.timeline import MOST, Timeline


def test_a_moment_tells_the_busy_processors_and_the_highest_memory_of_its_stretch() -> None:
    timeline = Timeline()
    timeline.add(1.0, Sample(cpu_s=0.5, memory_mb=100), cpu_s=0.5)
    timeline.add(3.0, Sample(cpu_s=4.5, memory_mb=80), cpu_s=4.5)
    assert timeline.moments() == (
        Moment(until_s=1.0, cpus=0.5, memory_mb=100),
        Moment(until_s=3.0, cpus=2.0, memory_mb=80),
    )


def test_a_long_run_keeps_few_moments_and_loses_no_peak() -> None:
    timeline = Timeline()
    for tick in range(1, 10_001):
        memory_mb = 900.0 if tick == 7_777 else 10.0
        timeline.add(tick * 0.05, Sample(cpu_s=tick * 0.05, memory_mb=memory_mb), cpu_s=tick * 0.05)
    moments = timeline.moments()
    assert MOST // 2 <= len(moments) <= MOST
    assert moments[-1].until_s == 500
    assert [moment.until_s for moment in moments] == sorted({moment.until_s for moment in moments})
    (peak,) = [place for place, moment in enumerate(moments) if moment.memory_mb == 900]
    assert moments[peak - 1].until_s < 7_777 * 0.05 <= moments[peak].until_s
    assert {moment.cpus for moment in moments} == {1.0}


def test_joined_stretches_weigh_by_how_long_they_were() -> None:
    timeline = Timeline()
    for tick in range(1, MOST + 1):
        busy = 1.0 if tick == 1 else 0.0
        timeline.add(3.0 if tick == 1 else tick + 2.0, Sample(gpu_busy=busy, gpu_memory_mb=5.0), cpu_s=None)
    timeline.add(MOST + 3.0, Sample(gpu_busy=0.0, gpu_memory_mb=7.0), cpu_s=None)
    moments = timeline.moments()
    assert moments[0] == Moment(until_s=4.0, gpu_busy=0.75, gpu_memory_mb=5.0)  # three busy seconds of four
    assert moments[-1].gpu_memory_mb == 7.0


def test_what_cannot_be_measured_leaves_no_moment() -> None:
    timeline = Timeline()
    timeline.add(1.0, Sample(), cpu_s=None)
    assert timeline.moments() == ()


def test_the_last_look_a_moment_after_the_one_before_it_makes_no_peak_of_its_own() -> None:
    timeline = Timeline()
    timeline.add(1.0, Sample(cpu_s=1.0, memory_mb=50), cpu_s=1.0)
    timeline.add(1.001, Sample(cpu_s=1.1, memory_mb=50), cpu_s=1.1)
    assert timeline.moments() == (Moment(until_s=1.0, cpus=1.1, memory_mb=50),)


def test_figures_are_rounded_so_that_they_carry_nothing_out() -> None:
    timeline = Timeline()
    timeline.add(1.0, Sample(cpu_s=1.23456, memory_mb=123.456), cpu_s=1.23456)
    (moment,) = timeline.moments()
    assert moment.cpus == pytest.approx(1.2)
    assert moment.memory_mb == pytest.approx(120)
