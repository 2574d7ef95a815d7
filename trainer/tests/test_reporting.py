import json
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import TrainerControl, TrainerState

from ratchet_trainer import reporting
from ratchet_trainer.protocol import Divergence, Events
from ratchet_trainer.reporting import Reporter
from ratchet_trainer.workers import Workers


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


class Training:
    """As transformers calls a reporter; `waiting` stands for what comes while a checkpoint waits for room."""

    def __init__(self, folder: Path, waiting: Callable[[], None] = lambda: None, grace: float = math.inf) -> None:
        publisher: Any = SimpleNamespace(wait_for_room=waiting, hand_over=lambda step, draft: None)
        apart: Any = None
        self.events = Events(folder)
        self.reporter = Reporter(self.events, publisher, Workers(apart, 1), grace)
        self.args: Any = SimpleNamespace(output_dir=folder)
        self.state = TrainerState(max_steps=9)

    def begin(self, step: int) -> TrainerControl:
        """Of a step after which a checkpoint is due."""
        self.state.global_step = step
        (self.args.output_dir / f"checkpoint-{step}").mkdir()
        due = TrainerControl(should_save=True)
        self.reporter.on_step_begin(self.args, self.state, due)
        return due


def test_progress_tells_how_long_training_waited_for_checkpoints_so_far(tmp_path, clock):
    training = Training(tmp_path, lambda: clock.pass_by(2))
    reporter, args, state, events = training.reporter, training.args, training.state, training.events
    due = training.begin(3)
    reporter.on_step_end(args, state, due)
    assert events.gpus_may_idle
    reporter.on_log(args, state, due, {"loss": 0.5})
    assert events.gpus_may_idle
    clock.pass_by(3)  # Transformers writes it.
    reporter.on_save(args, state, due)
    assert not events.gpus_may_idle
    clock.pass_by(7)
    for step in (4, 5):
        state.global_step = step
        reporter.on_log(args, state, TrainerControl(), {"loss": 0.4})
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [one["checkpointSeconds"] for one in told] == [0, 5, 5]


@pytest.mark.parametrize(("grace", "warnings"), [(7.0, 0), (6.5, 1)])
def test_a_step_and_a_checkpoint_that_take_longer_than_a_stop_allows_for_are_warned_of(
    tmp_path, clock, grace, warnings
):
    # How long one waits for room is of no matter: it comes when the checkpoint before is stored.
    training = Training(tmp_path, lambda: clock.pass_by(60), grace)
    for step, seconds in ((1, 30), (3, 4), (6, 1)):  # The first one warms up.
        due = training.begin(step)
        clock.pass_by(seconds)
        training.reporter.on_step_end(training.args, training.state, due)
        clock.pass_by(3)
        training.reporter.on_save(training.args, training.state, due)
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    told = [json.loads(line)["message"] for line in lines]
    assert len(told) == warnings
    assert all("compute.gracePeriod.trainer (6.5 s)" in message for message in told)


def test_told_to_stop_while_a_checkpoint_waits_for_room_it_stops_with_that_one(tmp_path, monkeypatch):
    told = threading.Event()
    monkeypatch.setattr(reporting, "stop_requested", told)
    training = Training(tmp_path, told.set)
    due = training.begin(3)
    training.reporter.on_step_end(training.args, training.state, due)
    assert not due.should_training_stop
    training.reporter.on_save(training.args, training.state, due)
    assert due.should_training_stop


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
