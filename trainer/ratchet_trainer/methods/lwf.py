"""Learning without forgetting (Li and Hoiem, 2016): on the new block's data the model stays close to its parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import kl_div, log_softmax, softmax

from ..adapters import DEFAULT, Tensors, save_weights
from ..base_model import own_device
from ..rendering import NO_LOSS
from .method import Method

TEACHER = "teacher"
TEMPERATURE = 2.0


class LearningWithoutForgetting(Method):
    """Adds strength * T^2 * KL(parent || model) over the tokens that carry loss."""

    def open(self, base: Any, initialisation: int) -> Any:
        model = super().open(base, initialisation)
        if self.parent:
            model.load_adapter(str(self.parent), TEACHER, is_trainable=False, torch_device=str(own_device()))
            model.set_adapter(DEFAULT)
        return model

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        """Asks the student once more: TRL's loss builds no logits."""
        if not self.parent:
            return None
        read = {name: inputs[name] for name in ("input_ids", "attention_mask")}
        learned = (inputs["labels"] != NO_LOSS)[:, 1:]
        student = model(**read).logits[:, :-1][learned] / TEMPERATURE
        teacher = self._ask_teacher(model, read)[:, :-1][learned] / TEMPERATURE
        divergence = kl_div(log_softmax(student.float(), -1), softmax(teacher.float(), -1), reduction="batchmean")
        return self.settings.strength * TEMPERATURE**2 * divergence

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        save_weights(trainer.model, folder, DEFAULT, collected)

    @staticmethod
    @torch.no_grad()
    def _ask_teacher(model: Any, read: Tensors) -> torch.Tensor:
        """Without dropout, and without a draw of it: what is drawn for the student stays the same."""
        training = model.training
        model.eval()
        model.set_adapter(TEACHER)
        try:
            return model(**read).logits
        finally:
            model.set_adapter(DEFAULT)
            model.train(training)
