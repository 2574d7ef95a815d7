"""The settings of a block in the words of transformers and TRL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from trl.trainer.sft_config import SFTConfig

from .protocol import Job, Refusal

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters


def choose_accumulation(settings: Hyperparameters, world: int) -> int:
    """Batches of a rank that make a step together: the global batch is the same on any number of GPUs."""
    together = settings.batch_size * world
    if settings.global_batch % together:
        raise Refusal(
            f"globalBatch {settings.global_batch} is no multiple of batchSize x {world} GPUs = {together}: change one"
        )
    return settings.global_batch // together


def make_arguments(job: Job, settings: Hyperparameters, world: int) -> SFTConfig:
    """`world`: processes that train together."""
    gpu = torch.cuda.is_available()
    arguments = SFTConfig(
        output_dir=str(job.folder / "training"),
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=choose_accumulation(settings, world),
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.gradient_norm,
        optim=settings.optimiser,
        max_length=None,
        # Examples are packed before; of a packed row as of a flattened batch FlashAttention keeps the examples apart.
        packing=False,
        padding_free=settings.packing != "none",
        dataset_kwargs={"skip_prepare_dataset": True},
        bf16=gpu and settings.precision == "bf16",
        use_cpu=not gpu,
        use_liger_kernel=settings.liger,
        seed=job.seeds["initialisation"],
        data_seed=job.seeds["order"],
        logging_steps=1,
        logging_nan_inf_filter=False,  # A loss that is no number has to be seen.
        include_num_input_tokens_seen="non_padding",
        save_strategy="steps",
        save_steps=job.checkpoint_every,
        save_only_model=False,
        ignore_data_skip=False,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=gpu,
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        **_recompute(settings),
        **_shard(settings, world),
    )
    if world == 1 and arguments.n_gpu > 1:
        arguments._n_gpu = 1  # One process trains on one GPU, however many it sees.
    return arguments


def _recompute(settings: Hyperparameters) -> dict[str, Any]:
    """
    Activations are computed again in the backward pass, with the same dropout, and never by the reentrant way: it asks
    for inputs with gradients, which a frozen base has none of, and hides from DDP which parameters were used.
    """
    return {
        "activation_checkpointing": settings.gradient_checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": False},
    }


def _shard(settings: Hyperparameters, world: int) -> dict[str, Any]:
    """
    FSDP's own way to compute activations again draws other dropout, and renames parameters. Transformers' does neither,
    and gathers a layer once for both passes as well: its checkpoints lie inside FSDP2's hooks.
    """
    if settings.parallel != "fsdp" or world == 1:
        return {}
    return {"fsdp": True, "fsdp_config": {"state_dict_type": "SHARDED_STATE_DICT"}}
