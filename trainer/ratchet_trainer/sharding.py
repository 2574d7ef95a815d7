"""FSDP2: parameters, gradients and the optimiser's state lie in shards on all ranks."""

from __future__ import annotations

from typing import Any

import torch
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from torch.distributed.tensor import DTensor


def shard_on_processors(trainer: Any) -> None:
    """Accelerate takes its FSDP settings on GPUs alone: where there is none, as in tests, it is given them here."""
    plugin = trainer.args.fsdp_plugin_args
    if plugin is None or torch.cuda.is_available():
        return
    state = trainer.accelerator.state
    state.distributed_type = DistributedType.FSDP
    state.fsdp_plugin = FullyShardedDataParallelPlugin(**plugin)
    trainer.is_fsdp_enabled = True


def collect_shards(trainer: Any) -> dict[str, torch.Tensor] | None:
    """
    What was trained, whole and in memory, which all ranks have to ask for; None where nothing lies in shards: the model
    itself has it.
    """
    if not trainer.is_fsdp_enabled:
        return None
    model = trainer.model
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    collected = {name: _gather(tensor).cpu() for name, tensor in model.state_dict().items() if name in trained}
    if lost := sorted(trained - collected.keys()):
        raise RuntimeError(f"{len(lost)} of {len(trained)} trained tensors are not in the model's state: {lost[0]} ...")
    return collected


def _gather(tensor: Any) -> torch.Tensor:
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
