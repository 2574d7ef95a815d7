"""
`python make_model.py SHAPE FOLDER`: a model of that shape with drawn weights, its tokenizer, and data to train on and
to predict, always the same. Nothing is fetched. The folder is complete or absent.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.rendering import Renderer
from ratchet_trainer.tiny_model import make_tiny_tokenizer
from shapes import SHAPES, Shape

SHARD_BYTES = 4_000_000_000
DEVIATION = 0.02
"""Of the weights, as Llama's were drawn before training."""
DIALOGUES = 512
WORDS = ("book", "cancel", "city", "date", "doctor", "hotel", "meeting", "number", "room", "weather")
TOOLS = {
    "BookHotel": {
        "type": "function",
        "function": {
            "name": "BookHotel",
            "description": f"Books a hotel: {' '.join(WORDS)}.",
            "parameters": {"type": "object", "properties": {"id": {"type": "string"}}},
        },
    }
}


def main(arguments: list[str]) -> None:
    name, target = arguments
    shape, folder = SHAPES[name], Path(target)
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    tokenizer = make_tiny_tokenizer(TOOLS)
    tokenizer.save_pretrained(draft / "model")
    _write_model(shape, tokenizer, draft / "model")
    (draft / "tools.json").write_text(json.dumps(TOOLS))
    examples = list(_make_examples(shape))
    _write_lines(draft / "train.jsonl", examples)
    prompts = [{name: value for name, value in one.items() if name != "target"} for one in examples]
    _write_lines(draft / "prompts.jsonl", prompts)
    # As the trainer renders them, for those who cannot.
    renderer = Renderer(tokenizer, TOOLS, read_hyperparameters(shape.hyperparameters))
    tokens = [renderer.render_prompt(prompt).prompt for prompt in prompts]
    (draft / "prompt-tokens.json").write_text(json.dumps(tokens))
    os.rename(draft, folder)


def _write_model(shape: Shape, tokenizer: Any, folder: Path) -> None:
    """Weight by weight, so that the whole never lies in memory."""
    special = {name: getattr(tokenizer, name) for name in ("pad_token_id", "bos_token_id", "eos_token_id")}
    config = LlamaConfig(**shape.config, **special, dtype="bfloat16", architectures=["LlamaForCausalLM"])
    config.save_pretrained(folder)
    with torch.device("meta"):
        shapes = {key: one.shape for key, one in LlamaForCausalLM(config).state_dict().items()}
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    generator = torch.Generator(device).manual_seed(0)
    shards: list[dict[str, torch.Tensor]] = [{}]
    places, held = {}, 0
    for key, size in shapes.items():
        weight = torch.ones(size, dtype=torch.bfloat16, device=device)
        if len(size) > 1:
            weight.normal_(0, DEVIATION, generator=generator)
        if key == "lm_head.weight":
            weight[tokenizer.eos_token_id] = 0  # Far from the likeliest: every answer is as long as it may be.
        if held + weight.nbytes > SHARD_BYTES and shards[-1]:
            _write_shard(shards[-1], folder, len(shards))
            shards.append({})
            held = 0
        shards[-1][key] = weight.cpu()
        held += weight.nbytes
        places[key] = _name_shard(len(shards))
    _write_shard(shards[-1], folder, len(shards))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def _write_shard(weights: dict[str, torch.Tensor], folder: Path, number: int) -> None:
    save_file(weights, folder / _name_shard(number), metadata={"format": "pt"})
    weights.clear()


def _name_shard(number: int) -> str:
    return f"model-{number:05}.safetensors"


def _make_examples(shape: Shape) -> Iterator[dict[str, Any]]:
    """Dialogues of two turns, of a length that is drawn evenly from the shape's."""
    draw = random.Random(0)
    for index in range(DIALOGUES):
        words = draw.choices(WORDS, k=draw.randint(*shape.words))
        half = len(words) // 2
        yield {
            "id": f"e-{index}",
            "dialogue": f"d-{index}",
            "messages": [
                {"role": "system", "content": "Answer with calls."},
                {"role": "user", "content": " ".join(words[:half])},
                {"role": "assistant", "content": "Which one?"},
                {"role": "user", "content": " ".join(words[half:])},
            ],
            "tools": list(TOOLS),
            "target": [{"name": "BookHotel", "arguments": {"id": f"HT{index:05}"}}],
        }


def _write_lines(file: Path, items: list[dict[str, Any]]) -> None:
    file.write_text("".join(f"{json.dumps(one)}\n" for one in items))


if __name__ == "__main__":
    main(sys.argv[1:])
