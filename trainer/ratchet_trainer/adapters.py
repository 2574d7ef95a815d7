"""What of a model is trained, and how it goes on from block to block."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.utils.constants import SAFETENSORS_WEIGHTS_NAME as ADAPTER_FILE
from peft.utils.error import NoMatchingPeftModuleError
from safetensors import safe_open

from .base_model import DTYPES, own_device
from .folders import verify
from .protocol import Damage, Refusal

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from .hyperparameters import Hyperparameters


Tensors = dict[str, torch.Tensor]

DEFAULT = "default"
"""PEFT's name of an adapter that is given none."""

SHAPE = ("r", "lora_alpha", "lora_dropout", "target_modules")
"""PEFT's names of what an adapter is made by."""


def open_for_training(
    base: PreTrainedModel, settings: Hyperparameters, parent: Path | None, initialisation: int
) -> PreTrainedModel | PeftModel:
    """The base with a new adapter, or with its parent's; of full fine-tuning the base is the parent's already."""
    if settings.tuning == "full":
        return base
    if parent:
        return open_adapter(base, verify(parent), is_trainable=True)
    torch.manual_seed(initialisation)
    try:
        return get_peft_model(base, describe_adapter(settings))
    except NoMatchingPeftModuleError as error:
        raise Refusal(f"targetModules {', '.join(settings.target_modules)}: {error}") from error


def refuse_other_adapter(settings: Hyperparameters, parent: Path, names: tuple[str, ...]) -> None:
    """An adapter goes on as it was made: settings that say otherwise would be ignored. `names`: some of SHAPE."""
    try:
        made = json.loads((parent / "adapter_config.json").read_text())
    except (OSError, ValueError) as error:
        raise Refusal(f"tuning {settings.tuning} goes on from an adapter, and the parent left none: {error}") from error
    wanted = {
        "r": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": settings.dropout,
        "target_modules": sorted(settings.target_modules),
    }
    for name in names:
        if made.get(name) != wanted[name]:
            raise Refusal(f"the parent's adapter has {name} {made.get(name)}, and this block asks for {wanted[name]}")


def open_for_generation(base: PreTrainedModel, settings: Hyperparameters, weights: Path | None):
    if weights is None or settings.tuning == "full":
        return base.eval()
    return compute_as_trained(open_adapter(base, weights), settings).eval()


def open_adapter(base: PreTrainedModel, folder: Path, name: str = DEFAULT, **options: Any) -> PeftModel:
    """On the GPU of this process: PEFT alone would take every rank's to the first."""
    model = PeftModel.from_pretrained(base, folder, adapter_name=name, torch_device=str(own_device()), **options)
    _refuse_gaps(model, folder, name)
    return model


def open_another_adapter(model: PeftModel, folder: Path, name: str) -> None:
    """Beside those that it has."""
    model.load_adapter(str(folder), name, torch_device=str(own_device()))
    _refuse_gaps(model, folder, name)


def _refuse_gaps(model: PeftModel, folder: Path, name: str) -> None:
    """Raises Damage: PEFT only warns of tensors that a file lacks, and goes on with new ones, as if untrained."""
    needed = get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False)
    with safe_open(folder / ADAPTER_FILE, "pt") as file:
        missing = sorted(needed.keys() - file.keys())
    if missing:
        raise Damage(f"{folder.name}/{ADAPTER_FILE} lacks {len(missing)} of {len(needed)} tensors: {missing[0]} ...")


def compute_as_trained(model: PeftModel, settings: Hyperparameters) -> PeftModel:
    """
    Where it trains on a GPU, autocast rounds adapters to `precision` before it multiplies by them. Here nothing else
    would, and float32 is slower.
    """
    if not torch.cuda.is_available():
        return model
    for name, parameter in model.named_parameters():
        if ".lora_" in name:
            parameter.data = parameter.data.to(DTYPES[settings.precision])
    return model


def keep_exact(model: Any) -> None:
    """What is trained in float32, also over a quantized base: a checkpoint then restores what was saved, to the bit."""
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def save_weights(
    model: PreTrainedModel | PeftModel, folder: Path, adapter: str = DEFAULT, collected: Tensors | None = None
) -> None:
    """
    One adapter as `PeftModel.from_pretrained` and vLLM load it; equal weights give equal bytes.
    `collected`: its tensors, where the model itself has shards of them alone.
    """
    model.save_pretrained(str(folder), selected_adapters=[adapter], state_dict=collected)
    if adapter != DEFAULT:  # PEFT gives others a folder of their own.
        for file in (folder / adapter).iterdir():
            shutil.move(file, folder / file.name)
        (folder / adapter).rmdir()
    (folder / "README.md").unlink(missing_ok=True)  # A template without content.
    config = json.loads((folder / "adapter_config.json").read_text())
    sets = {name: sorted(value) for name, value in config.items() if isinstance(value, list)}
    (folder / "adapter_config.json").write_text(json.dumps({**config, **sets}, indent=2, sort_keys=True) + "\n")


def save_whole_model(
    model: PreTrainedModel, folder: Path, precision: torch.dtype, collected: Tensors | None = None
) -> None:
    """
    Rounds the model to the precision that it predicts in and that the next block loads: both have what is exported, to
    the bit. `collected` as in `save_weights`.
    """
    for parameter in model.parameters():
        parameter.data = parameter.data.to(precision)
    rounded = collected and {name: tensor.to(precision) for name, tensor in collected.items()}
    model.save_pretrained(folder, state_dict=rounded)


def add_new_adapter(model: PeftModel, settings: Hyperparameters, initialisation: int) -> None:
    """Beside those that it has."""
    torch.manual_seed(initialisation)
    model.add_adapter(DEFAULT, describe_adapter(settings))


def describe_adapter(settings: Hyperparameters) -> LoraConfig:
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.target_modules),
        bias="none",
        task_type="CAUSAL_LM",
        revision=settings.revision,
    )
