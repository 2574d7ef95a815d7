"""What may be set in a sweep file under `trainer.hyperparameters`, and the recipes that set it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, get_type_hints

from .choices import (
    Attention,
    CallFormat,
    Engine,
    Method,
    Optimiser,
    Packing,
    Parallel,
    Precision,
    Recipe,
    Schedule,
    Truncation,
    Tuning,
)
from .combinations import camel, refuse_what_does_not_fit
from .protocol import Refusal
from .typed_values import read_value

LLAMA_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Hyperparameters:
    """Defaults are those of the recipe `trajectory-supervision` (arXiv 2605.09734), where it says something."""

    recipe: Recipe = "trajectory-supervision"
    model: str = "meta-llama/Llama-3.1-8B-Instruct"
    """A hub id, a folder, or `tiny`: a random-init Llama of a few hundred thousand parameters, made on the spot."""
    revision: str | None = None
    """Commit of the hub: required for a hub id."""

    tuning: Tuning = "qlora"
    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    target_modules: tuple[str, ...] = LLAMA_PROJECTIONS

    method: Method = "sequential"
    strength: float = 0.0
    """Weight of the penalty of EWC, LwF and O-LoRA: `STRENGTHS` has the defaults."""

    epochs: int = 3
    batch_size: int = 4
    """Sequences at once on one GPU."""
    global_batch: int = 16
    """Sequences a step, over all GPUs: what accumulation follows from."""
    learning_rate: float = 2e-4
    schedule: Schedule = "cosine"
    warmup: float = 0.1
    """Share of the steps; 1 and more: steps."""
    optimiser: Optimiser = "paged_adamw_8bit"
    weight_decay: float = 0.0
    gradient_norm: float = 1.0
    max_tokens: int = 1024
    """Of prompt and target."""
    precision: Precision = "bf16"
    attention: Attention = "sdpa"
    gradient_checkpointing: bool = True
    liger: bool = False
    packing: Packing = "none"
    """With FlashAttention: batches without padding, or rows of `max_tokens` that hold several examples each."""
    parallel: Parallel = "ddp"
    """Several GPUs: each holds the whole model (ddp), or a shard of what does not fit one (fsdp)."""

    call_format: CallFormat = "calls"
    truncation: Truncation = "oldest-turns"
    max_new_tokens: int = 128
    max_prompt_tokens: int = 896
    generation_batch: int = 16
    second_bos: bool = False
    """With truncation `right`: prompts to predict begin with two, as the published evaluation's did."""
    engine: Engine = "transformers"
    """What predicts: batches of equal length, continuous batching (greedy only), or vLLM (an image of its own)."""


RECIPES: dict[Recipe, dict[str, Any]] = {
    "trajectory-supervision": {},
    # Its faults included: prompts are cut at the right, so that long ones lose the assistant's header.
    "trajectory-supervision-as-published": {"truncation": "right", "second_bos": True},
    # Everything on a processor within minutes.
    "tiny": {
        "model": "tiny",
        "tuning": "lora",
        "rank": 8,
        "alpha": 16,
        "dropout": 0.0,
        "batch_size": 8,
        "global_batch": 8,
        "learning_rate": 3e-3,
        "optimiser": "adamw_torch",
        "precision": "fp32",
        "gradient_checkpointing": False,
        "max_tokens": 512,
        "max_prompt_tokens": 448,
        "max_new_tokens": 64,
    },
}

# Of the papers: Li and Hoiem 2016; Wang et al. 2023. EWC has none: its right value depends on the model's Fisher
# information, by orders of magnitude, and its authors searched for it.
STRENGTHS: dict[str, float] = {"lwf": 1.0, "o-lora": 0.5}


KNOWN_ELSEWHERE_AS = {"lr": "learningRate", "r": "rank"}


def read_hyperparameters(given: dict[str, Any]) -> Hyperparameters:
    """Names are camelCase, as in sweep files. Raises Refusal for what is not known, of another type or out of range."""
    types = get_type_hints(Hyperparameters)
    names = {camel(field.name): field.name for field in fields(Hyperparameters)}
    changes = {}
    for key, value in given.items():
        if key not in names:
            near = [KNOWN_ELSEWHERE_AS[key]] if key in KNOWN_ELSEWHERE_AS else get_close_matches(key, names, 1)
            raise Refusal(f"hyperparameter {key} is not known{f': did you mean {near[0]}?' if near else ''}")
        changes[names[key]] = read_value(f"hyperparameter {key}", value, types[names[key]])
    chosen = {**RECIPES[changes.get("recipe", Hyperparameters.recipe)], **changes}
    method = chosen.get("method", Hyperparameters.method)
    settings = replace(Hyperparameters(), **{"strength": STRENGTHS.get(method, 0.0), **chosen})
    refuse_what_does_not_fit(settings)
    if method == "ewc" and "strength" not in chosen:
        raise Refusal("method ewc needs strength: no value fits all models; try powers of ten, from 1 on")
    return settings


def tell_settings(settings: Hyperparameters) -> dict[str, Any]:
    """Everything that was set, by recipe and defaults too, in a job's words. What names the base is told apart."""
    told = {camel(name): value for name, value in asdict(settings).items() if name not in ("model", "revision")}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
