"""Tells Ratchet how far training came and what it cost, and when to stop."""

from __future__ import annotations

import math
import time
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .checkpoints import WORLD, CheckpointPublisher
from .flops import ModelFlops, count_flops, find_attended_length, find_peak
from .gpus import measure_peak_memory
from .protocol import Divergence, Events, own_rank
from .stopping import stop_requested
from .workers import Workers

TOO_SLOW = (
    "a step and writing a checkpoint took longer together than compute.gracePeriod.trainer ({} s): a stop is heard at "
    "the end of a step, and what was trained since the last checkpoint would be lost"
)


class Reporter(TrainerCallback):
    def __init__(
        self, events: Events, publisher: CheckpointPublisher, workers: Workers, grace: float = math.inf
    ) -> None:
        """`grace`: seconds to end a step and to write a checkpoint once told to stop."""
        self._events = events
        self._publisher = publisher
        self._workers = workers
        self._grace = grace
        self._last = (0.0, 0)
        self._step_began = math.inf
        self._longest_step: float | None = None
        self._waiting_since: float | None = None
        self._writing_since = 0.0
        self._waited = 0.0
        self._flops: ModelFlops | None = None
        self._speedometer: Speedometer | None = None

    def on_init_end(self, args, state: TrainerState, control: TrainerControl, model: Any = None, **_):
        # Later its weights may be spread over processes.
        self._flops = count_flops(model)

    def on_train_begin(self, args, state: TrainerState, control: TrainerControl, train_dataloader: Any = None, **_):
        state.save_steps = int(args.save_steps)  # The job's: a checkpoint may come from one with another.
        gpus = args.world_size if torch.cuda.is_available() and args.bf16 else 0
        self._speedometer = Speedometer(gpus, self._flops, train_dataloader.dataset)
        self._last = (time.monotonic(), int(state.num_input_tokens_seen))

    def on_log(self, args, state: TrainerState, control: TrainerControl, logs=None, **_):
        if not logs or "loss" not in logs:
            return
        _check_finite(logs, state.global_step)
        now, tokens = time.monotonic(), int(state.num_input_tokens_seen)
        then, before = self._last
        self._last = (now, tokens)
        speed = (tokens - before) / max(now - then, 1e-9)
        known = {
            "learningRate": logs.get("learning_rate"),
            "gradientNorm": logs.get("grad_norm"),
            "penalty": logs.get("penalty"),
            "mfu": self._speedometer and self._speedometer.utilisation(speed),
        }
        self._events.tell(
            "progress",
            step=state.global_step,
            steps=state.max_steps,
            loss=logs["loss"] - logs.get("penalty", 0.0),  # Transformers' is what is minimised.
            tokens=tokens,
            tokensPerSecond=speed,
            peakMemoryBytes=measure_peak_memory(),
            checkpointSeconds=self._waited,
            **{name: value for name, value in known.items() if value is not None},
        )
        self._events.gpus_may_idle = control.should_save

    def on_step_begin(self, args, state: TrainerState, control: TrainerControl, **_):
        self._step_began = time.monotonic()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_):
        if self._longest_step is None:
            self._longest_step = 0.0  # The first one warms up.
        else:
            self._longest_step = max(self._longest_step, time.monotonic() - self._step_began)
        # The weights follow: no checkpoint is needed at the very end.
        last = state.global_step >= state.max_steps
        control.should_save = control.should_save and not last
        if self._workers.agree(stop_requested.is_set()) and not last:
            control.should_save = control.should_training_stop = True
        if control.should_save:
            self._waiting_since = time.monotonic()
            self._events.gpus_may_idle = True
            if own_rank() == 0:
                self._publisher.wait_for_room()
            self._writing_since = time.monotonic()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_):
        self._workers.meet()  # Every rank has written its part.
        if own_rank() == 0:
            draft = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
            (draft / WORLD).write_text(str(self._workers.world))
            self._publisher.hand_over(state.global_step, draft)
        if self._waiting_since is not None:
            now = time.monotonic()
            if (self._longest_step or 0.0) + now - self._writing_since > self._grace:
                self._events.warn(TOO_SLOW.format(self._grace))
            self._waited += now - self._waiting_since
            self._waiting_since = None
        # Told while it waited for room or wrote: what stands is of this step.
        control.should_training_stop |= self._workers.agree(stop_requested.is_set())
        self._events.gpus_may_idle = False

    def on_train_end(self, args, state: TrainerState, control: TrainerControl, **_):
        self._events.gpus_may_idle = True


class Speedometer:
    """What share of its GPUs' arithmetic the model's own needs."""

    def __init__(self, gpus: int, flops: ModelFlops | None, examples: Any) -> None:
        """`gpus`: those that compute in bf16."""
        peak = find_peak(torch.cuda.get_device_name()) if gpus > 0 else None
        self._peak = peak and peak * gpus
        self._per_token = 0.0
        if peak and flops:
            self._per_token = flops.per_token(find_attended_length(_list_lengths(examples)))

    def utilisation(self, tokens_per_second: float) -> float | None:
        """MFU; None where the device or the model's shape is not known, or where nothing computes in bf16."""
        if not self._peak or not self._per_token:
            return None
        return tokens_per_second * self._per_token / self._peak


def _list_lengths(examples: Any) -> list[int]:
    """Of single examples, also where several are packed into a row."""
    if "seq_lengths" in examples.column_names:
        return list(chain.from_iterable(examples["seq_lengths"]))
    return [len(ids) for ids in examples["input_ids"]]


def _check_finite(logs: dict[str, float], step: int) -> None:
    """Raises Divergence before anything of such a step is kept."""
    for name, value in (("loss", logs["loss"]), ("gradient", logs.get("grad_norm", 0.0))):
        if not math.isfinite(value):
            raise Divergence(
                f"non-finite {name} ({value}) at step {step}: lower learningRate, raise warmup, or look at the data; "
                "the same settings would come here again"
            )
