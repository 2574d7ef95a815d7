"""What a method may do to the training of a block; this one does nothing: sequential fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ..adapters import DEFAULT, Tensors, open_for_training, refuse_other_adapter, save_weights, save_whole_model
from ..base_model import DTYPES

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters


class Method:
    goes_on = True
    """Whether a block trains on what its parent left."""

    def __init__(self, settings: Hyperparameters, parent: Path | None, domains: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.parent = parent
        self.domains = domains
        if self.goes_on and parent and settings.tuning != "full":
            refuse_other_adapter(settings, parent)

    def open(self, base: Any, initialisation: int) -> Any:
        """The model to train, from what the parent left."""
        return open_for_training(base, self.settings, self.parent, initialisation)

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        """Is added to the loss of a batch."""
        return None

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        """Writes the block's weights, and what its children need of them; `collected` as in `save_weights`."""
        if self.settings.tuning == "full":
            save_whole_model(trainer.model, folder, DTYPES[self.settings.precision], collected)
        else:
            save_weights(trainer.model, folder, DEFAULT, collected)


def trained_parameters(model: Any) -> dict[str, torch.nn.Parameter]:
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
