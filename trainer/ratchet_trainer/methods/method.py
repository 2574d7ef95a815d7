"""What a method may do to the training of a block; this one does nothing: sequential fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ..adapters import (
    DEFAULT,
    SHAPE,
    Tensors,
    open_for_training,
    refuse_other_adapter,
    save_weights,
    save_whole_model,
)
from ..base_model import DTYPES
from ..protocol import Refusal
from ..rendering import NO_LOSS

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters


class Method:
    needs: str | None = None
    """A file of the parent that this method alone leaves."""
    keeps: tuple[str, ...] = SHAPE
    """What has to be the same in the parent's adapter."""

    def __init__(self, settings: Hyperparameters, parent: Path | None, domains: tuple[str, ...] = ()) -> None:
        """`parent`: a folder that was verified. Raises Refusal where this method cannot go on from it."""
        self.settings = settings
        self.parent = parent
        self.domains = domains
        if parent and self.needs and not (parent / self.needs).is_file():
            raise Refusal(
                f"the parent was not left by method {settings.method}: it has no {self.needs}. "
                f"Start from a block of method {settings.method}, or from the base model"
            )
        if parent and self.keeps and settings.tuning != "full":
            refuse_other_adapter(settings, parent, self.keeps)

    def open(self, base: Any, initialisation: int) -> Any:
        """The model to train, from what the parent left."""
        return open_for_training(base, self.settings, self.parent, initialisation)

    def penalty(self, model: Any, inputs: Tensors) -> torch.Tensor | None:
        """A number that is added to the loss; where it depends on the batch its mean over the batch's target tokens."""
        return None

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        """Writes the block's weights, and what its children need of them; `collected` as in `save_weights`."""
        if self.settings.tuning == "full":
            save_whole_model(trainer.model, folder, DTYPES[self.settings.precision], collected)
        else:
            save_weights(trainer.model, folder, DEFAULT, collected)


def trained_parameters(model: Any) -> dict[str, torch.nn.Parameter]:
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def find_targets(inputs: Tensors) -> torch.Tensor:
    """(examples, tokens - 1) of bool: the places whose next token carries loss."""
    return inputs["labels"][:, 1:] != NO_LOSS


def predict_targets(model: Any, inputs: Tensors) -> torch.Tensor:
    """(target tokens of the batch, vocabulary) of float32: the logits of each, given its prompt and those before it."""
    logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
    return logits[:, :-1][find_targets(inputs)].float()
