"""Which values of hyperparameters are in range, and which of them go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from .choices import Attention, BitsandbytesOptimiser
from .protocol import Refusal

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

FLASH: tuple[Attention, ...] = ("flash_attention_2", "flash_attention_3")

HEAD = "lm_head"

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


def refuse_what_does_not_fit(settings: Hyperparameters) -> None:
    """Raises Refusal."""
    for name in POSITIVE:
        if getattr(settings, name) <= 0:
            raise Refusal(f"hyperparameter {camel(name)}: expected more than 0, found {getattr(settings, name)}")
    for name in NOT_NEGATIVE:
        if getattr(settings, name) < 0:
            raise Refusal(f"hyperparameter {camel(name)}: expected at least 0, found {getattr(settings, name)}")
    if not 0 <= settings.dropout < 1:
        raise Refusal(f"hyperparameter dropout: expected at least 0 and less than 1, found {settings.dropout}")
    if settings.global_batch % settings.batch_size:
        raise Refusal(f"globalBatch {settings.global_batch} is no multiple of batchSize {settings.batch_size}")
    _check_adapter(settings)
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


def _check_adapter(settings: Hyperparameters) -> None:
    if settings.tuning != "full" and HEAD in settings.target_modules:
        raise Refusal(f"targetModules: {HEAD} gets no adapter, as the loss is computed from it in chunks: leave it out")
    if settings.tuning == "full" and settings.method in ("lwf", "o-lora", "adapter-per-block"):
        raise Refusal(f"method {settings.method} needs tuning lora or qlora")


def _check_shards(settings: Hyperparameters) -> None:
    if settings.method not in ("sequential", "adapter-per-block"):
        raise Refusal(f"method {settings.method} looks at whole parameters: it needs parallel ddp")
    if settings.engine == "continuous":
        raise Refusal("engine continuous keeps its cache on one GPU: with parallel fsdp take transformers or vllm")
    if settings.optimiser in get_args(BitsandbytesOptimiser):
        raise Refusal(f"optimiser {settings.optimiser} cannot be sharded: with parallel fsdp take adamw_torch_fused")


def camel(name: str) -> str:
    """A field's name as sweep files have it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
