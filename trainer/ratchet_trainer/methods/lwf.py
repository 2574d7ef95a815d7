"""Learning without forgetting (Li and Hoiem, 2016): on the new block's data the model stays close to its parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import kl_div, log_softmax

from ..adapters import DEFAULT, Tensors, save_weights
from ..base_model import own_device
from .method import Method, predict_targets

TEACHER = "teacher"
TEMPERATURE = 2.0
"""Of Li and Hoiem."""


class LearningWithoutForgetting(Method):
    """
    Adds strength * T^2 * KL(parent || model), both at temperature T: in nats, the mean over the tokens that carry loss.
    T^2 makes up for the gradients, which T makes smaller by as much (Hinton et al., 2015).
    """

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
        student = log_softmax(predict_targets(model, inputs) / TEMPERATURE, -1)
        teacher = log_softmax(self._ask_teacher(model, inputs) / TEMPERATURE, -1)
        divergence = kl_div(student, teacher, reduction="sum", log_target=True)
        # A batch may have no target at all, as where prompts are cut at the right.
        return self.settings.strength * TEMPERATURE**2 * divergence / max(1, len(student))

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        save_weights(trainer.model, folder, DEFAULT, collected)

    @staticmethod
    @torch.no_grad()
    def _ask_teacher(model: Any, inputs: Tensors) -> torch.Tensor:
        """Without dropout, and without a draw of it: what is drawn for the student stays the same."""
        training = model.training
        model.eval()
        model.set_adapter(TEACHER)
        try:
            return predict_targets(model, inputs)
        finally:
            model.set_adapter(DEFAULT)
            model.train(training)
