"""O-LoRA (Wang et al., 2023): every block learns in directions orthogonal to those that earlier blocks used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ..adapters import DEFAULT, Tensors, add_new_adapter, open_adapter, save_weights
from ..folders import verify
from .method import Method

EARLIER, BOTH = "earlier", "both"


class OrthogonalLora(Method):
    """
    Earlier blocks' adapters are frozen and stay active; adds strength * sum |A_earlier A^T|. What a block leaves is one
    adapter again, of the summed rank: PEFT and vLLM load it as any other.
    """

    goes_on = False

    def open(self, base: Any, initialisation: int) -> Any:
        if not self.parent:
            return super().open(base, initialisation)
        model: Any = open_adapter(base, verify(self.parent), adapter_name=EARLIER)
        add_new_adapter(model, self.settings, initialisation)
        model.base_model.set_adapter([EARLIER, DEFAULT])
        for name, parameter in model.named_parameters():
            parameter.requires_grad = f".{DEFAULT}." in name
        return model

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        if not self.parent:
            return None
        overlaps = [
            (module.lora_A[EARLIER].weight @ module.lora_A[DEFAULT].weight.T).abs().sum()
            for module in model.modules()
            if hasattr(module, "lora_A") and EARLIER in module.lora_A
        ]
        return self.settings.strength * torch.stack(overlaps).sum()

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        if not self.parent:
            return super().leave(trainer, folder, collected)
        model = trainer.model
        model.add_weighted_adapter([EARLIER, DEFAULT], [1.0, 1.0], BOTH, combination_type="cat")
        save_weights(model, folder, BOTH)
        return None
