import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState

from ratchet_trainer.protocol import Divergence, Events
from ratchet_trainer.reporting import Reporter


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_progress_tells_how_long_training_waited_for_checkpoints_so_far(tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    (tmp_path / "training/checkpoint-3").mkdir(parents=True)

    def wait_for_room():
        clock.now += 2

    publisher: Any = SimpleNamespace(wait_for_room=wait_for_room, hand_over=lambda step, draft: None)
    workers: Any = SimpleNamespace(world=1, agree=lambda wish: wish, meet=lambda: None)
    events = Events(tmp_path)
    reporter = Reporter(events, publisher, workers)
    args: Any = SimpleNamespace(output_dir=tmp_path / "training")
    state = TrainerState(global_step=3, max_steps=9)
    due = TrainerControl(should_save=True)
    reporter.on_step_end(args, state, due)
    assert events.gpus_may_idle
    reporter.on_log(args, state, due, {"loss": 0.5})
    assert events.gpus_may_idle
    clock.now += 3  # Transformers writes it.
    reporter.on_save(args, state, due)
    assert not events.gpus_may_idle
    clock.now += 7
    for step in (4, 5):
        state.global_step = step
        reporter.on_log(args, state, TrainerControl(), {"loss": 0.4})
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [one["checkpointSeconds"] for one in told] == [0, 5, 5]


@pytest.mark.parametrize(("grace", "warnings"), [(3.0, 0), (2.5, 1)])
def test_a_checkpoint_that_takes_longer_to_write_than_a_stop_allows_for_is_warned_of(
    tmp_path, monkeypatch, grace, warnings
):
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    args: Any = SimpleNamespace(output_dir=tmp_path)

    def wait_for_room():
        clock.now += 60  # Of no matter: room comes when the one before is stored.

    publisher: Any = SimpleNamespace(wait_for_room=wait_for_room, hand_over=lambda step, draft: None)
    workers: Any = SimpleNamespace(world=1, agree=lambda wish: wish, meet=lambda: None)
    reporter = Reporter(Events(tmp_path), publisher, workers, grace)
    for step in (3, 6):
        (tmp_path / f"checkpoint-{step}").mkdir()
        state, due = TrainerState(global_step=step, max_steps=9), TrainerControl(should_save=True)
        reporter.on_step_end(args, state, due)
        clock.now += 3
        reporter.on_save(args, state, due)
    lines = (tmp_path / "events.jsonl").read_text().splitlines() if warnings else []
    told = [json.loads(line)["message"] for line in lines]
    assert len(told) == warnings
    assert all("compute.gracePeriod.trainer (2.5 s)" in message for message in told)


def test_the_loss_is_told_without_the_penalty_which_must_be_a_number_too(tmp_path):
    apart: Any = None
    reporter = Reporter(Events(tmp_path), apart, apart)
    args: Any = None
    state = TrainerState(global_step=1, max_steps=9)
    reporter.on_log(args, state, TrainerControl(), {"loss": 60.0, "penalty": 53.25})
    [told] = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert (told["loss"], told["penalty"]) == (6.75, 53.25)
    with pytest.raises(Divergence, match="non-finite loss"):
        reporter.on_log(args, state, TrainerControl(), {"loss": float("inf"), "penalty": float("inf")})
