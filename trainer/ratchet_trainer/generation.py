"""The generate stage: every held-out prompt, not a sample of them; each file of predictions is announced at once."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import torch

from .adapters import open_for_generation
from .base_model import load_base, load_tokenizer
from .call_text import from_native
from .counting import count_rendered
from .protocol import INTERRUPTED, Events, Job, read_lines, stop_requested
from .rendering import Rendered, Renderer

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters


def generate(job: Job, settings: Hyperparameters, events: Events) -> int:
    tokenizer = load_tokenizer(job, settings)
    renderer = Renderer(tokenizer, job.tools, settings)
    model = open_for_generation(load_base(job, settings, tokenizer), settings, job.weights)
    model.config.use_cache = True
    for name, file in job.files:
        prompts = list(read_lines(file))
        rendered = [renderer.render_prompt(prompt) for prompt in prompts]
        events.tell("count", **count_rendered(name, rendered))
        texts = _predict(job, settings, model, tokenizer, rendered, events)
        if texts is None:
            return INTERRUPTED
        predicted = f"predicted-{name}.jsonl"
        with (job.folder / f"{predicted}.draft").open("w") as lines:
            for prompt, text in zip(prompts, texts, strict=True):
                lines.write(json.dumps({"id": prompt["id"], "text": text}) + "\n")
        os.rename(job.folder / f"{predicted}.draft", job.folder / predicted)
        events.tell("predictions", name=name, file=predicted)
    events.tell("result", steps=0, tokens=0)
    return 0


def _predict(
    job: Job, settings: Hyperparameters, model: Any, tokenizer: Any, rendered: list[Rendered], events: Events
) -> list[str] | None:
    """In the order of the prompts, generated in order of their lengths so that little is padded; None: told to stop."""
    texts = [""] * len(rendered)
    order = sorted(range(len(rendered)), key=lambda i: len(rendered[i].prompt), reverse=True)
    for start in range(0, len(order), settings.generation_batch):
        if stop_requested.is_set():
            return None
        batch = order[start : start + settings.generation_batch]
        # Each prompt draws from a seed of its own, whatever it is batched with.
        for index, text in zip(batch, _generate_batch(job, settings, model, tokenizer, [rendered[i].prompt for i in batch]), strict=True):
            texts[index] = from_native(text) if settings.call_format == "native" else text
        done = start + len(batch)
        events.tell("progress", step=done, steps=len(order), loss=None, tokens=0, tokensPerSecond=0, peakMemoryBytes=0)
    return texts


def _generate_batch(job: Job, settings: Hyperparameters, model: Any, tokenizer: Any, prompts: list[list[int]]) -> list[str]:
    width = max(map(len, prompts))
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(one)) + one for one in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(one)) + [1] * len(one) for one in prompts], device=model.device)
    sampling = {"do_sample": True, "temperature": job.temperature, "top_k": 0, "top_p": 1.0} if job.temperature > 0 else {"do_sample": False}
    torch.manual_seed(job.decoding_seed)
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=settings.max_new_tokens,
            pad_token_id=pad,
            eos_token_id=tokenizer.eos_token_id,
            **sampling,
        )
    return tokenizer.batch_decode(out[:, width:], skip_special_tokens=True)
