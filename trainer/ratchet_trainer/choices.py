"""The values of hyperparameters that are one of a few."""

from __future__ import annotations

from typing import Literal

Recipe = Literal["trajectory-supervision", "trajectory-supervision-as-published", "tiny"]
Tuning = Literal["lora", "qlora", "full"]
Method = Literal["sequential", "ewc", "lwf", "o-lora", "adapter-per-block"]
CallFormat = Literal["calls", "native"]
Truncation = Literal["oldest-turns", "right"]
Schedule = Literal[
    "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt"
]
"""Of transformers, those that need no more than the warmup."""
TorchOptimiser = Literal["adamw_torch", "adamw_torch_fused", "adafactor", "sgd", "adagrad", "rmsprop"]
BitsandbytesOptimiser = Literal[
    "adamw_8bit",
    "adamw_bnb_8bit",
    "paged_adamw_8bit",
    "paged_adamw_32bit",
    "lion_8bit",
    "lion_32bit",
    "paged_lion_8bit",
    "paged_lion_32bit",
    "ademamix",
    "ademamix_8bit",
    "rmsprop_bnb",
    "rmsprop_bnb_8bit",
    "rmsprop_bnb_32bit",
]
Optimiser = Literal[TorchOptimiser, BitsandbytesOptimiser]
"""Of transformers, those that the image has and that need no settings of their own."""
Precision = Literal["bf16", "fp32"]
Attention = Literal["sdpa", "flash_attention_2", "flash_attention_3", "eager"]
Packing = Literal["none", "padding-free", "best-fit"]
Parallel = Literal["ddp", "fsdp"]
Engine = Literal["transformers", "continuous", "vllm"]
