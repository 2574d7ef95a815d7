"""What may be set in a sweep file under `trainer.hyperparameters`, and the recipes that set it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_type_hints

from .protocol import Refusal

Tuning = Literal["lora", "qlora", "full"]
Method = Literal["sequential", "ewc", "lwf", "o-lora", "adapter-per-block"]
CallFormat = Literal["calls", "native"]
Truncation = Literal["oldest-turns", "right"]
Precision = Literal["bf16", "fp32"]
Attention = Literal["sdpa", "flash_attention_2", "flash_attention_3", "eager"]
Packing = Literal["none", "padding-free", "best-fit"]
Parallel = Literal["ddp", "fsdp"]
Engine = Literal["transformers", "continuous", "vllm"]

FLASH: tuple[Attention, ...] = ("flash_attention_2", "flash_attention_3")
LLAMA_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Hyperparameters:
    """Defaults are those of the recipe `trajectory-supervision` (arXiv 2605.09734), where it says something."""

    recipe: str = "trajectory-supervision"
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
    strength: float = 1.0
    """Weight of the penalty of EWC, LwF and O-LoRA."""

    epochs: int = 3
    batch_size: int = 4
    """Sequences at once on one GPU."""
    global_batch: int = 16
    """Sequences a step, over all GPUs: what accumulation follows from."""
    learning_rate: float = 2e-4
    schedule: str = "cosine"
    warmup: float = 0.1
    """Share of the steps; 1 and more: steps."""
    optimiser: str = "paged_adamw_8bit"
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


RECIPES: dict[str, dict[str, Any]] = {
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


def read_hyperparameters(given: dict[str, Any]) -> Hyperparameters:
    """Names are camelCase, as in sweep files. Raises Refusal for what is not known, of another type or out of range."""
    recipe = given.get("recipe", "trajectory-supervision")
    if recipe not in RECIPES:
        raise Refusal(f"recipe {recipe!r} is not known: there are {', '.join(RECIPES)}")
    settings = replace(Hyperparameters(recipe=recipe), **RECIPES[recipe])
    types = get_type_hints(Hyperparameters)
    names = {_camel(field.name): field.name for field in fields(Hyperparameters)}
    changes = {}
    for key, value in given.items():
        if key not in names:
            near = get_close_matches(key, names, 1)
            raise Refusal(f"hyperparameter {key} is not known{f': did you mean {near[0]}?' if near else ''}")
        changes[names[key]] = _typed(key, value, types[names[key]])
    settings = replace(settings, **changes)
    _check(settings)
    return settings


def _typed(key: str, value: Any, wanted: Any) -> Any:
    literals = get_args(wanted)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        fits = False
    elif wanted == (str | None):
        fits = value is None or isinstance(value, str)
    elif literals:
        fits = value in literals
    else:
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    if fits:
        return value
    expected = " or ".join(map(str, literals)) if literals else getattr(wanted, "__name__", wanted)
    raise Refusal(f"hyperparameter {key}: expected {expected}, found {value!r}")


POSITIVE = (
    "rank",
    "alpha",
    "epochs",
    "batch_size",
    "global_batch",
    "learning_rate",
    "max_tokens",
    "max_new_tokens",
    "max_prompt_tokens",
    "generation_batch",
)


NOT_NEGATIVE = ("strength", "weight_decay", "gradient_norm", "warmup")


def _check(settings: Hyperparameters) -> None:
    for name in POSITIVE:
        if getattr(settings, name) <= 0:
            raise Refusal(f"hyperparameter {_camel(name)}: expected more than 0, found {getattr(settings, name)}")
    for name in NOT_NEGATIVE:
        if getattr(settings, name) < 0:
            raise Refusal(f"hyperparameter {_camel(name)}: expected at least 0, found {getattr(settings, name)}")
    if not 0 <= settings.dropout < 1:
        raise Refusal(f"hyperparameter dropout: expected at least 0 and less than 1, found {settings.dropout}")
    if settings.global_batch % settings.batch_size:
        raise Refusal(f"globalBatch {settings.global_batch} is no multiple of batchSize {settings.batch_size}")
    if settings.tuning == "full" and settings.method in ("lwf", "o-lora", "adapter-per-block"):
        raise Refusal(f"method {settings.method} needs tuning lora or qlora")
    if settings.engine == "vllm" and settings.method == "adapter-per-block":
        raise Refusal("engine vllm loads one adapter: method adapter-per-block needs engine transformers or continuous")
    if settings.attention in FLASH and settings.precision != "bf16":
        raise Refusal(f"attention {settings.attention} needs precision bf16")
    if settings.packing != "none" and settings.attention not in FLASH:
        raise Refusal(f"packing {settings.packing} needs attention {' or '.join(FLASH)}: others would mix its examples")
    if settings.packing != "none" and settings.method in ("ewc", "lwf"):
        raise Refusal(f"method {settings.method} looks at single examples: it needs packing none")
    if settings.parallel == "fsdp":
        _check_shards(settings)


def _check_shards(settings: Hyperparameters) -> None:
    if settings.method not in ("sequential", "adapter-per-block"):
        raise Refusal(f"method {settings.method} looks at whole parameters: it needs parallel ddp")
    if settings.engine == "continuous":
        raise Refusal("engine continuous keeps its cache on one GPU: with parallel fsdp take transformers or vllm")
    if "8bit" in settings.optimiser or settings.optimiser.startswith("paged"):
        raise Refusal(f"optimiser {settings.optimiser} cannot be sharded: with parallel fsdp take adamw_torch_fused")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def tell_settings(settings: Hyperparameters) -> dict[str, Any]:
    """Everything that was set, by recipe and defaults too, in a job's words. What names the base is told apart."""
    told = {_camel(name): value for name, value in asdict(settings).items() if name not in ("model", "revision")}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
