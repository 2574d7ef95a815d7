"""Tells Ratchet how far training came, and when to stop."""

from __future__ import annotations

import math
import resource
import time
from pathlib import Path

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .checkpoints import WORLD, CheckpointPublisher
from .protocol import Events, Refusal, own_rank, stop_requested
from .workers import Workers


class Reporter(TrainerCallback):
    def __init__(self, events: Events, publisher: CheckpointPublisher, workers: Workers) -> None:
        self._events = events
        self._publisher = publisher
        self._workers = workers
        self._last = (0.0, 0)

    def on_train_begin(self, args, state: TrainerState, control: TrainerControl, **_):
        state.save_steps = int(args.save_steps)  # The job's: a checkpoint may come from one with another.
        self._last = (time.monotonic(), int(state.num_input_tokens_seen))

    def on_log(self, args, state: TrainerState, control: TrainerControl, logs=None, **_):
        if not logs or "loss" not in logs:
            return
        loss = logs["loss"]
        if not math.isfinite(loss):
            raise Refusal(f"the loss is {loss} at step {state.global_step}: lower learningRate, or look at the data")
        now, tokens = time.monotonic(), int(state.num_input_tokens_seen)
        then, before = self._last
        self._last = (now, tokens)
        self._events.tell(
            "progress",
            step=state.global_step,
            steps=state.max_steps,
            loss=loss,
            tokens=tokens,
            tokensPerSecond=(tokens - before) / max(now - then, 1e-9),
            peakMemoryBytes=_peak_memory(),
            learningRate=logs.get("learning_rate"),
            gradientNorm=logs.get("grad_norm"),
        )

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_):
        # The weights follow: no checkpoint is needed at the very end.
        last = state.global_step >= state.max_steps
        control.should_save = control.should_save and not last
        if self._workers.agree(stop_requested.is_set()) and not last:
            control.should_save = control.should_training_stop = True
        if control.should_save and own_rank() == 0:
            self._publisher.wait_for_room()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_):
        self._workers.meet()  # Every rank has written its part.
        if own_rank() == 0:
            draft = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
            (draft / WORLD).write_text(str(self._workers.world))
            self._publisher.hand_over(state.global_step, draft)


def _peak_memory() -> int:
    """Bytes: of the GPU where there is one, else of the process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
