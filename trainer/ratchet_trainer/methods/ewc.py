"""
Elastic weight consolidation (Kirkpatrick et al., PNAS 2017): what earlier blocks depend on is held in place.

The variant is online EWC (Schwarz et al., ICML 2018) without decay: one penalty around the newest weights, with the
Fisher information of all earlier blocks summed, which Huszar (PNAS 2018) derives instead of a penalty for each block.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy

from ..adapters import Tensors
from ..base_model import own_device
from .method import Method, find_targets, predict_targets, trained_parameters

FISHER = "fisher.safetensors"
EXAMPLES = 64
"""At most, that the diagonal of the Fisher information is estimated from."""


class ElasticWeightConsolidation(Method):
    """
    Adds strength / 2 * sum F (w - w*)^2: w* is what the parent left, F the sum over earlier blocks of each one's Fisher
    information, per example, of the log-likelihood in nats of its whole target.
    """

    needs = FISHER

    def open(self, base: Any, initialisation: int) -> Any:
        model = super().open(base, initialisation)
        device = own_device()
        self._fisher = load_file(self.parent / FISHER, str(device)) if self.parent else {}
        parameters = trained_parameters(model) if self.parent else {}
        self._anchor = {name: one.detach().to(device, torch.float32, copy=True) for name, one in parameters.items()}
        return model

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        if not self.parent:
            return None
        terms = [
            (self._fisher[name] * (one - self._anchor[name]) ** 2).sum()
            for name, one in trained_parameters(model).items()
        ]
        return self.settings.strength / 2 * torch.stack(terms).sum()

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        super().leave(trainer, folder, collected)
        fisher = _estimate_fisher(trainer)
        for name, before in self._fisher.items():
            fisher[name] += before
        save_file({name: one.cpu().contiguous() for name, one in fisher.items()}, folder / FISHER)


def _estimate_fisher(trainer: Any) -> Tensors:
    """
    The diagonal of the empirical Fisher information: the mean over examples of the squared gradient of a target's
    log-likelihood, the target being the data's and not one that the model draws. Examples are taken evenly from all.
    """
    model = trainer.model.eval()
    parameters = trained_parameters(model)
    fisher = {name: torch.zeros_like(one, dtype=torch.float32) for name, one in parameters.items()}
    data = list(trainer.train_dataset)
    examples = data[:: math.ceil(len(data) / EXAMPLES)]
    for example in examples:
        batch = {name: one.to(model.device) for name, one in trainer.data_collator([example]).items()}
        model.zero_grad()
        targets = batch["labels"][:, 1:][find_targets(batch)]
        cross_entropy(predict_targets(model, batch), targets, reduction="sum").backward()
        for name, one in parameters.items():
            if one.grad is not None:
                fisher[name] += one.grad.detach().float() ** 2 / len(examples)
    model.zero_grad()
    return fisher
