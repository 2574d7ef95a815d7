"""
`python plain_trl.py TASK`: TRL's SFTTrainer on the same examples, as its documentation has it and without anything of
ours but the rendering. TASK is a JSON file; what was measured is written to its `result`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainerCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from ratchet_trainer.flops import count_flops, find_attended_length, find_peak
from ratchet_trainer.hyperparameters import Hyperparameters, read_hyperparameters
from ratchet_trainer.rendering import Renderer


def main(arguments: list[str]) -> None:
    task = json.loads(Path(arguments[0]).read_text())
    made = Path(task["made"])
    settings = read_hyperparameters({**task["hyperparameters"], "model": str(made / "model")})
    tokenizer = AutoTokenizer.from_pretrained(made / "model")
    examples = _render(made, tokenizer, settings, task["examples"])
    gpu = torch.cuda.is_available()
    clock = Clock(task["warmup"])
    trainer = SFTTrainer(
        model=load_model(made / "model", settings),
        args=_configure(settings, task, gpu),
        train_dataset=Dataset.from_list(examples),
        processing_class=tokenizer,
        peft_config=_describe_adapter(settings),
        callbacks=[clock],
    )
    flops = count_flops(trainer.model)
    trainer.train()
    lengths = [len(one["input_ids"]) for one in examples]
    measured = {
        "tokens": clock.tokens,
        "seconds": clock.seconds,
        "steps": trainer.state.max_steps,
        "peakMemoryBytes": torch.cuda.max_memory_allocated() if gpu else None,
        "flopsPerToken": flops and flops.per_token(find_attended_length(lengths)),
        "peakFlops": find_peak(torch.cuda.get_device_name()) if gpu else None,
    }
    Path(task["result"]).write_text(json.dumps(measured))


class Clock(TrainerCallback):
    """Of the steps after the first few."""

    def __init__(self, warmup: int) -> None:
        self._warmup = warmup
        self.tokens = 0
        self.seconds = 0.0

    def on_step_end(self, args, state, control, **_):
        if state.global_step in (self._warmup, state.max_steps):
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self.tokens = int(state.num_input_tokens_seen) - self.tokens
            self.seconds = time.perf_counter() - self.seconds


def _render(made: Path, tokenizer: Any, settings: Hyperparameters, count: int) -> list[dict[str, Any]]:
    renderer = Renderer(tokenizer, json.loads((made / "tools.json").read_text()), settings)
    lines = (made / "train.jsonl").read_text().splitlines()[:count]
    rendered = [renderer.render(json.loads(line)) for line in lines]
    return [one.training() for one in rendered if not one.dropped]


def load_model(folder: Path, settings: Hyperparameters) -> Any:
    dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
    return AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation=settings.attention,
        device_map={"": 0 if torch.cuda.is_available() else "cpu"},
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        ),
    )


def _describe_adapter(settings: Hyperparameters) -> LoraConfig:
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(settings.target_modules),
        task_type="CAUSAL_LM",
    )


def _configure(settings: Hyperparameters, task: dict[str, Any], gpu: bool) -> SFTConfig:
    return SFTConfig(
        output_dir=str(Path(task["result"]).parent / "trl"),
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.global_batch // settings.batch_size,
        num_train_epochs=1,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup,
        optim=settings.optimiser,
        max_length=settings.max_tokens,
        packing=settings.packing == "best-fit",
        padding_free=settings.packing != "none",
        activation_checkpointing=settings.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        bf16=gpu and settings.precision == "bf16",
        use_cpu=not gpu,
        use_liger_kernel=settings.liger,
        seed=task["seeds"]["initialisation"],
        data_seed=task["seeds"]["order"],
        include_num_input_tokens_seen="non_padding",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
