"""The train stage: supervised fine-tuning of one block, exact to resume."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch
from datasets import Dataset
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from .adapters import keep_exact
from .base_model import load_base, load_tokenizer
from .checkpoints import CheckpointPublisher
from .counting import count_rendered
from .folders import empty, publish, verify
from .methods.method import Method
from .methods.open_method import open_method
from .protocol import INTERRUPTED, Events, Job, Refusal, read_lines, stop_requested
from .rendering import Renderer
from .reporting import Reporter

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters


def train(job: Job, settings: Hyperparameters, events: Events) -> int:
    """Returns the exit code."""
    tokenizer = load_tokenizer(job, settings)
    renderer = Renderer(tokenizer, job.tools, settings)
    [(name, file)] = job.files
    rendered = [renderer.render(example) for example in read_lines(file)]
    events.tell("count", **count_rendered(name, rendered))
    kept = [one.training() for one in rendered if not one.dropped]
    untaught = sum(not one.target for one in rendered if not one.dropped)
    if untaught == len(kept):
        raise Refusal(f"{file.name} has no example that fits in maxTokens: there is nothing to learn from")
    if untaught:
        events.warn(f"{untaught} of {len(rendered)} examples carry no loss: their prompts alone fill maxTokens")
    base = load_base(job, settings, tokenizer)
    method = open_method(settings, job.weights)
    model = method.open(base, job.seeds["initialisation"])
    publisher = CheckpointPublisher(job.folder, events)
    trainer = BlockTrainer(
        method=method,
        model=model,
        args=_configure(job, settings),
        train_dataset=Dataset.from_list(kept),
        processing_class=tokenizer,
        callbacks=[Reporter(events, publisher)],
    )
    keep_exact(trainer.model)
    trainer.train(resume_from_checkpoint=str(verify(job.resume)) if job.resume else None)
    publisher.close()
    state = trainer.state
    if stop_requested.is_set() and state.global_step < state.max_steps:
        return INTERRUPTED
    draft = empty(job.folder / "weights.draft")
    method.leave(trainer, draft)
    publish(draft, job.folder / "weights")
    events.tell("result", steps=state.global_step, tokens=int(state.num_input_tokens_seen))
    return 0


class BlockTrainer(SFTTrainer):
    """TRL's, with what the method adds to the loss."""

    def __init__(self, *, method: Method, **options: Any) -> None:
        super().__init__(**options)
        self._method = method

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        penalty = self._method.penalty(model, inputs, outputs)
        if penalty is not None:
            loss = loss + penalty / self.args.gradient_accumulation_steps
        return (loss, outputs) if return_outputs else loss


def _configure(job: Job, settings: Hyperparameters) -> SFTConfig:
    """World size and global batch decide the result, so both stay fixed however often it is resumed."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    per_step = settings.batch_size * world
    if settings.global_batch % per_step:
        raise Refusal(f"globalBatch {settings.global_batch} is no multiple of batchSize x {world} GPUs = {per_step}")
    gpu = torch.cuda.is_available()
    options: dict[str, Any] = {"optim": settings.optimiser if gpu else "adamw_torch"}
    return SFTConfig(
        output_dir=str(job.folder / "training"),
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.global_batch // per_step,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.gradient_norm,
        max_length=None,
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        gradient_checkpointing=settings.gradient_checkpointing,
        bf16=gpu and settings.precision == "bf16",
        use_cpu=not gpu,
        use_liger_kernel=settings.liger,
        seed=job.seeds["initialisation"],
        data_seed=job.seeds["order"],
        logging_steps=1,
        include_num_input_tokens_seen="non_padding",
        save_strategy="steps",
        save_steps=job.checkpoint_every,
        save_only_model=False,
        ignore_data_skip=False,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=gpu,
        remove_unused_columns=False,
        **options,
    )
