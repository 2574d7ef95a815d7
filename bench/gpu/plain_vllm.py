"""
`python plain_vllm.py TASK`, in an environment with vLLM: the same prompts with the adapter on the base in bf16, not
quantized, as vLLM serves it fastest. What was measured is written to the task's `result`.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path


def main(arguments: list[str]) -> None:
    # By name: types are checked where vLLM is not installed.
    vllm, lora = import_module("vllm"), import_module("vllm.lora.request")
    task = json.loads(Path(arguments[0]).read_text())
    made = Path(task["made"])
    every = json.loads((made / "prompt-tokens.json").read_text())[: task["prompts"]]
    prompts = [{"prompt_token_ids": tokens} for tokens in every]
    rank = json.loads((Path(task["adapter"]) / "adapter_config.json").read_text())["r"]
    longest = max(map(len, every)) + task["newTokens"]
    model = vllm.LLM(
        model=str(made / "model"), dtype="bfloat16", max_model_len=longest, enable_lora=True, max_lora_rank=max(8, rank)
    )
    sampling = vllm.SamplingParams(temperature=0, max_tokens=task["newTokens"])
    adapter = lora.LoRARequest("adapter", 1, task["adapter"])
    model.generate(prompts[:16], sampling, lora_request=adapter, use_tqdm=False)
    begun = time.perf_counter()
    answers = model.generate(prompts, sampling, lora_request=adapter, use_tqdm=False)
    seconds = time.perf_counter() - begun
    tokens = sum(len(answer.outputs[0].token_ids) for answer in answers)
    Path(task["result"]).write_text(json.dumps({"tokens": tokens, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1:])
