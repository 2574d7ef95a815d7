"""O-LoRA (Wang et al., 2023): every block learns in directions orthogonal to those that earlier blocks used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..adapters import DEFAULT, Tensors, add_new_adapter, describe_adapter, open_adapter, save_weights
from ..folders import verify
from .method import Method

EARLIER, BOTH = "earlier", "both"


class OrthogonalLora(Method):
    """
    Earlier blocks' adapters are frozen and stay active; adds strength * sum |A_earlier A^T|, over all entries of all
    modules and earlier blocks. What a block leaves is one adapter again, of the summed rank: PEFT and vLLM load it as
    any other.
    """

    keeps = ("target_modules",)

    def open(self, base: Any, initialisation: int) -> Any:
        if not self.parent:
            return super().open(base, initialisation)
        model: Any = open_adapter(base, verify(self.parent), EARLIER)
        add_new_adapter(model, self.settings, initialisation)
        model.base_model.set_adapter([EARLIER, DEFAULT])
        for name, parameter in model.named_parameters():
            parameter.requires_grad = f".{DEFAULT}." in name
        return model

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        if not self.parent:
            return None
        overlaps = [
            (module.lora_A[EARLIER].weight @ module.lora_A[DEFAULT].weight.T).abs().sum() for module in _adapted(model)
        ]
        return self.settings.strength * torch.stack(overlaps).sum()

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        if not self.parent:
            return super().leave(trainer, folder, collected)
        _join(trainer.model, self.settings)
        save_weights(trainer.model, folder, BOTH)
        return None


@torch.no_grad()
def _join(model: Any, settings: Any) -> None:
    """
    By hand, as PEFT's own way multiplies A by alpha / rank: the next block's penalty has to find every A as it was
    trained, so that B takes the scaling, and the joint adapter's is 1.
    """
    rank = model.peft_config[EARLIER].r + model.peft_config[DEFAULT].r
    model.add_adapter(BOTH, replace(describe_adapter(settings), r=rank, lora_alpha=rank))
    for module in _adapted(model):
        a, b, scaling = module.lora_A, module.lora_B, module.scaling
        a[BOTH].weight.copy_(torch.cat([a[one].weight for one in (EARLIER, DEFAULT)]))
        b[BOTH].weight.copy_(torch.cat([b[one].weight * scaling[one] for one in (EARLIER, DEFAULT)], 1))


def _adapted(model: Any) -> Iterator[Any]:
    return (module for module in model.modules() if hasattr(module, "lora_A") and EARLIER in module.lora_A)
