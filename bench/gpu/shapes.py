"""Models that are measured, by their shape: their weights are drawn, nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    name: str
    config: dict[str, Any]
    """Of transformers' LlamaConfig."""
    hyperparameters: dict[str, Any]
    """Of the trainer, as a sweep file gives them."""
    words: tuple[int, int]
    """Of a dialogue, at least and at most: what decides how long examples are."""
    steps: int
    """Of a training that is timed."""
    warmup: int
    """Steps of these before the clock starts."""
    prompts: int
    """To generate for."""


SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            name="llama-3.1-8b",
            config={
                "vocab_size": 128_256,
                "hidden_size": 4096,
                "intermediate_size": 14_336,
                "num_hidden_layers": 32,
                "num_attention_heads": 32,
                "num_key_value_heads": 8,
                "max_position_embeddings": 131_072,
                "rms_norm_eps": 1e-5,
                "rope_parameters": {
                    "rope_type": "llama3",
                    "rope_theta": 500_000.0,
                    "factor": 8.0,
                    "low_freq_factor": 1.0,
                    "high_freq_factor": 4.0,
                    "original_max_position_embeddings": 8192,
                },
            },
            hyperparameters={"recipe": "trajectory-supervision"},
            words=(330, 900),
            steps=12,
            warmup=4,
            prompts=128,
        ),
        Shape(
            name="tiny",
            config={
                "vocab_size": 1024,
                "hidden_size": 64,
                "intermediate_size": 128,
                "num_hidden_layers": 1,
                "num_attention_heads": 4,
                "num_key_value_heads": 2,
                "max_position_embeddings": 2048,
            },
            hyperparameters={
                "recipe": "trajectory-supervision",
                "precision": "fp32",
                "batchSize": 1,
                "globalBatch": 2,
                "rank": 4,
                "alpha": 8,
                "maxTokens": 256,
                "maxPromptTokens": 224,
                "maxNewTokens": 8,
                "generationBatch": 4,
                "gradientCheckpointing": False,
            },
            words=(10, 30),
            steps=6,
            warmup=2,
            prompts=8,
        ),
    )
}
