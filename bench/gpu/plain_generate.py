"""
`python plain_generate.py TASK`: transformers' `generate` on the same prompts, batch by batch in their order, with the
adapter on the base that training quantized. What was measured is written to the task's `result`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoTokenizer

from plain_trl import load_model
from ratchet_trainer.hyperparameters import read_hyperparameters


def main(arguments: list[str]) -> None:
    task = json.loads(Path(arguments[0]).read_text())
    made = Path(task["made"])
    settings = read_hyperparameters({**task["hyperparameters"], "model": str(made / "model")})
    tokenizer = AutoTokenizer.from_pretrained(made / "model")
    model = PeftModel.from_pretrained(load_model(made / "model", settings), task["adapter"]).eval()
    prompts = json.loads((made / "prompt-tokens.json").read_text())[: task["prompts"]]
    size, new = settings.generation_batch, task["newTokens"]
    batches = [prompts[start : start + size] for start in range(0, len(prompts), size)]
    _generate(model, tokenizer, batches[0], new)
    begun = time.perf_counter()
    tokens = sum(_generate(model, tokenizer, batch, new) for batch in batches)
    seconds = time.perf_counter() - begun
    Path(task["result"]).write_text(json.dumps({"tokens": tokens, "seconds": seconds}))


def _generate(model: Any, tokenizer: Any, prompts: list[list[int]], new: int) -> int:
    """Returns how many tokens were generated."""
    batch = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt").to(model.device)
    with torch.inference_mode():
        generated = model.generate(**batch, max_new_tokens=new, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return len(prompts) * (generated.shape[1] - batch["input_ids"].shape[1])


if __name__ == "__main__":
    main(sys.argv[1:])
