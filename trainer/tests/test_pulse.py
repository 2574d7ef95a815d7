import json
import time

import pytest

from ratchet_trainer.protocol import Events
from ratchet_trainer.pulse import Account, Effort, read_account


@pytest.mark.parametrize(
    ("cpu", "moved", "expected"),
    [(0.75, 0, True), (0.5, 0, False), (0.0, 2**20, True), (0.0, 2**20 - 1, False)],
)
def test_a_minute_was_one_of_work_with_a_hundredth_of_a_processor_or_a_mebibyte(cpu, moved, expected):
    accounts = iter([Account(100, 7, 5000), Account(164, 7 + cpu, 5000 + moved)])
    assert Effort(lambda: next(accounts)).was_made() is expected


def test_the_account_of_this_process_tells_what_it_computes_and_writes(tmp_path):
    before = read_account()
    (tmp_path / "file").write_bytes(b"." * 2**20)
    while read_account().cpu_seconds <= before.cpu_seconds:
        sum(range(1000))
    after = read_account()
    assert after.seconds > before.seconds
    assert after.bytes - before.bytes >= 2**20


PROGRESS = {"step": 3, "steps": 9, "loss": 0.5, "tokens": 70, "tokensPerSecond": 8.0, "peakMemoryBytes": 4}


def read(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_while_weights_load_it_is_the_work_of_the_process_that_counts_and_not_its_idle_gpus(tmp_path):
    events = Events(tmp_path)
    events.measure_gpus = lambda: {"gpuUtilisation": 0.0}
    events.repeat_progress(is_at_work=False)
    events.repeat_progress(is_at_work=True)
    [loading] = read(tmp_path)
    assert (loading["step"], loading["loss"], "gpuUtilisation" in loading) == (0, None, False)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_within_a_long_step_ratchet_is_told_of_the_gpus_whatever_the_process_does(tmp_path, clock):
    events = Events(tmp_path)
    events.measure_gpus = lambda: {"gpuUtilisation": 0.0}
    clock.now = 30
    events.tell("progress", **PROGRESS)
    clock.now = 90
    events.repeat_progress(is_at_work=False)
    repeated = read(tmp_path)[-1]
    assert repeated == {"type": "progress", **PROGRESS, "tokensPerSecond": 0, "gpuUtilisation": 0.0}


def test_a_step_that_lasts_ten_times_as_long_as_any_before_counts_as_hung_however_busy_it_looks(tmp_path, clock):
    events = Events(tmp_path)
    events.measure_gpus = lambda: {"gpuUtilisation": 1.0}
    clock.now = 30
    events.tell("progress", **PROGRESS)
    for clock.now in (30 + 300, 30 + 301):
        events.repeat_progress(is_at_work=True)
    assert len(read(tmp_path)) == 2


def test_loading_may_take_an_hour(tmp_path, clock):
    events = Events(tmp_path)
    for clock.now in (3600, 3601):
        events.repeat_progress(is_at_work=True)
    assert len(read(tmp_path)) == 1


def test_a_process_that_hangs_and_knows_nothing_of_gpus_stays_silent(tmp_path, clock):
    events = Events(tmp_path)
    clock.now = 30
    events.tell("progress", **PROGRESS)
    events.repeat_progress(is_at_work=False)
    assert len(read(tmp_path)) == 1
