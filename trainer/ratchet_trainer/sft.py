"""The train stage: supervised fine-tuning of one block, exact to resume."""

from __future__ import annotations

import json
from typing import Any

import torch
from datasets import Dataset
from trl.data_utils import pack_dataset
from trl.trainer.sft_trainer import SFTTrainer

from .adapters import keep_exact
from .base_model import load_base, load_tokenizer
from .cautions import warn_before_training, warn_of_cuts
from .checkpoints import CheckpointPublisher, refuse_other_world
from .counting import count_rendered
from .folders import empty, publish, verify
from .gpus import choose_world_size
from .hyperparameters import Hyperparameters, tell_settings
from .methods.method import Method, find_targets
from .methods.open_method import open_method
from .missing_parts import refuse_what_is_missing
from .protocol import INTERRUPTED, Events, Job, Refusal, own_rank, read_lines
from .rendering import Renderer
from .reporting import Reporter
from .sharding import collect_shards, shard_on_processors
from .training_arguments import choose_accumulation, make_arguments
from .workers import Workers

SETTINGS = "hyperparameters.json"
"""File of a block's weights; what is exported tells them."""


def train(job: Job, settings: Hyperparameters, events: Events) -> int:
    """Returns the exit code. What is wrong is found, where it can be, before a base model is loaded."""
    world = choose_world_size(job)
    choose_accumulation(settings, world)
    refuse_what_is_missing(settings)
    method = open_method(settings, job.weights and verify(job.weights), job.domains)
    resume = job.resume and refuse_other_world(verify(job.resume), world)
    tokenizer = load_tokenizer(job, settings)
    examples = render_training(job, settings, Renderer(tokenizer, job.tools, settings), events)
    workers = Workers(job, world)
    model = method.open(load_base(job, settings, tokenizer), job.seeds["initialisation"])
    warn_before_training(events, settings, tokenizer, model, job.weights)
    publisher = CheckpointPublisher(job.folder, events)
    trainer = BlockTrainer(
        method=method,
        model=model,
        args=make_arguments(job, settings, world),
        train_dataset=examples,
        processing_class=tokenizer,
        callbacks=[Reporter(events, publisher, workers, job.grace_seconds)],
    )
    shard_on_processors(trainer)
    keep_exact(trainer.model)
    trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    publisher.close()
    state = trainer.state
    if state.global_step < state.max_steps:
        return INTERRUPTED
    collected = collect_shards(trainer)
    workers.release()
    if own_rank() == 0:
        draft = empty(job.folder / "weights.draft")
        method.leave(trainer, draft, collected)
        (draft / SETTINGS).write_text(json.dumps(tell_settings(settings), indent=2, sort_keys=True) + "\n")
        if settings.tuning == "full":  # A whole model, to be loaded as one.
            tokenizer.save_pretrained(draft)
        publish(draft, job.folder / "weights")
        events.tell("result", steps=state.global_step, tokens=int(state.num_input_tokens_seen))
    return 0


def render_training(job: Job, settings: Hyperparameters, renderer: Renderer, events: Events) -> Dataset:
    [(name, file)] = job.files
    rendered = [renderer.render(example) for example in read_lines(file)]
    counts = count_rendered(name, rendered)
    events.tell("count", **counts)
    warn_of_cuts(events, counts, f"maxTokens {settings.max_tokens}")
    kept = [one.training() for one in rendered if not one.dropped]
    untaught = sum(not one.target for one in rendered if not one.dropped)
    if untaught == len(kept):
        raise Refusal(f"{file.name} has no example that fits in maxTokens: there is nothing to learn from")
    if untaught:
        events.warn(f"{untaught} of {len(rendered)} examples carry no loss: their prompts alone fill maxTokens")
    examples = Dataset.from_list(kept)
    return pack_dataset(examples, settings.max_tokens) if settings.packing == "best-fit" else examples


class BlockTrainer(SFTTrainer):
    """TRL's, with what the method adds to the loss."""

    def __init__(self, *, method: Method, model: Any, **options: Any) -> None:
        opened = [(parameter, parameter.data) for parameter in model.parameters() if parameter.requires_grad]
        super().__init__(model=model, **options)
        for parameter, data in opened:  # TRL rounds an adapter over a quantized base, also what the parent left.
            parameter.data = data.to(parameter.device)
        self._method = method

    def save_model(self, output_dir=None, _internal_call=False):
        """Shards lie beside the optimiser's: no rank has to hold all of them."""
        if not self.is_fsdp_enabled:
            self._save(output_dir)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        result = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        penalty = self._method.penalty(self.model, inputs)
        if penalty is None:
            return result
        penalty = penalty * self._weigh(inputs, num_items_in_batch)
        told: Any = self.accelerator.reduce(penalty.detach(), "mean")
        self._metrics["train"]["penalty"].append(told.item())  # TRL tells the mean over the batches of a step.
        batches = 1 if num_items_in_batch is None else self.current_gradient_accumulation_steps
        added = penalty / batches
        return (result[0] + added, result[1]) if return_outputs else result + added

    def _weigh(self, inputs, num_items_in_batch):
        """
        A batch counts by its target tokens, as in TRL's loss: weights are 1 in the mean over all batches and ranks of a
        step. Where transformers does not know how many tokens a step has, batches count alike.
        """
        if num_items_in_batch is None:
            return 1
        batches = self.current_gradient_accumulation_steps * self.accelerator.num_processes
        return batches * find_targets(inputs).sum() / torch.as_tensor(num_items_in_batch).clamp(min=1)
