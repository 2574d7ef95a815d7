"""Elastic weight consolidation (Kirkpatrick et al., PNAS 2017): what earlier blocks depend on is held in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from ..adapters import Tensors
from .method import Method, trained_parameters

FISHER = "fisher.safetensors"
EXAMPLES = 64
"""That the diagonal of the Fisher information is estimated from."""


class ElasticWeightConsolidation(Method):
    """Adds strength / 2 * sum F (w - w*)^2, F summed over earlier blocks, w* what the parent left."""

    def open(self, base: Any, initialisation: int) -> Any:
        model = super().open(base, initialisation)
        self._fisher = load_file(self.parent / FISHER) if self.parent else {}
        self._anchor = {name: one.detach().clone().float() for name, one in trained_parameters(model).items()}
        return model

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        if not self._fisher:
            return None
        terms = [
            (self._of(self._fisher, name, one) * (one - self._of(self._anchor, name, one)) ** 2).sum()
            for name, one in trained_parameters(model).items()
        ]
        return self.settings.strength / 2 * torch.stack(terms).sum()

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        super().leave(trainer, folder, collected)
        fisher = _estimate_fisher(trainer)
        for name, before in self._fisher.items():
            fisher[name] += before.to(fisher[name].device)
        save_file({name: one.cpu().contiguous() for name, one in fisher.items()}, folder / FISHER)

    @staticmethod
    def _of(tensors: Tensors, name: str, like: torch.Tensor) -> torch.Tensor:
        return tensors[name].to(like.device)


def _estimate_fisher(trainer: Any) -> Tensors:
    """Mean of the squared gradients of single examples, in the order of the data: no draw is made."""
    model = trainer.model.eval()
    parameters = trained_parameters(model)
    fisher = {name: torch.zeros_like(one, dtype=torch.float32) for name, one in parameters.items()}
    examples = list(trainer.train_dataset)[:EXAMPLES]
    for example in examples:
        batch = {name: one.to(model.device) for name, one in trainer.data_collator([example]).items()}
        model.zero_grad()
        model(**batch).loss.backward()
        for name, one in parameters.items():
            if one.grad is not None:
                fisher[name] += one.grad.detach().float() ** 2 / len(examples)
    model.zero_grad()
    return fisher
