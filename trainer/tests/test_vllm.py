"""
The engine vllm by vLLM itself: the whole generate stage in the Python that RATCHET_VLLM_PYTHON names, as in the image.
`npm run test:trainer -- --full` names one with vLLM for processors (`trainer/vllm-cpu`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from ratchet_trainer.engines.vllm_python import ARGUMENTS, PYTHON
from ratchet_trainer.protocol import CONFIGURATION, INTERRUPTED
from ratchet_trainer.tiny_model import make_tiny_model, make_tiny_tokenizer

from .jobs import TINY, command, events, examples, files, run_here, write_job, write_lines, write_training
from .samples import TOOLS, call, example

pytestmark = pytest.mark.skipif(PYTHON not in os.environ, reason=f"{PYTHON} names no Python with vLLM")

SOME = examples(8)
LONG = [{**example(turns=40), "id": "turns"}, {**example(), "id": "words"}]
LEAN = {"enforce_eager": True, "kv_cache_memory_bytes": 2**26}
"""It compiles nothing and takes little memory."""
NF4 = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True}
LONG[1]["messages"][-1]["content"] = "Book the hotel. " * 400


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A base in a folder."""
    folder = tmp_path_factory.mktemp("vllm")
    tokenizer = make_tiny_tokenizer(TOOLS)
    make_tiny_model(len(tokenizer), {}).save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ARGUMENTS, json.dumps(LEAN))
        # In the image the trainer lies in that Python's environment.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        yield folder


def train(made: Path, tuning: str) -> Path:
    """What a block leaves; the folder of its weights."""
    hyperparameters = {**TINY, "tuning": tuning}
    folder = write_training(made / f"trained-{tuning}", base="../base", hyperparameters=hyperparameters)
    assert run_here(folder) == 0
    return folder / "weights"


def ask(folder: Path, prompts: dict[str, list[dict[str, Any]]], weights: Path | None, **fields: Any) -> Path:
    """A job on files of prompts, whose targets lie beside them."""
    given = {"engine": "vllm", "maxNewTokens": 24, **fields.pop("hyperparameters", {})}
    named = [{"name": name, "file": f"{name}.jsonl", "targets": f"{name}.gold"} for name in prompts]
    weights_there = str(weights) if weights else None
    fields = {"stage": "generate", "base": "../base", "weights": weights_there, "prompts": named, **fields}
    write_job(folder, hyperparameters={**TINY, **given}, **fields)
    for name, some in prompts.items():
        write_lines(folder / f"{name}.jsonl", [{k: v for k, v in one.items() if k != "target"} for one in some])
        write_lines(folder / f"{name}.gold", [{k: one[k] for k in ("id", "target")} for one in some])
    return folder


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def answer_by_transformers(
    folder: Path, prompts: dict[str, Any], weights: Path | None, tuning: str = "lora", base: str = "../base"
) -> Path:
    hyperparameters = {"engine": "transformers", "tuning": tuning}
    assert run_here(ask(folder, prompts, weights, base=base, hyperparameters=hyperparameters)) == 0
    return folder


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"predicted-{name}.jsonl").read_text().splitlines()]


def assert_equal(one: Path, other: Path, names: list[str]) -> None:
    """Texts to the letter, counts, what was cut, and losses but for rounding."""
    for name in names:
        assert read(one, name) == read(other, name)
    told = [[event for event in events(folder, "predictions") if event["name"] in names] for folder in (one, other)]
    for its, others in zip(*told, strict=True):
        assert its.pop("loss") == pytest.approx(others.pop("loss"), rel=1e-5)
        assert its == others
    counts = [[event for event in events(folder, "count") if event["name"] in names] for folder in (one, other)]
    assert counts[0] == counts[1]


def test_an_adapter_answers_and_measures_as_with_transformers_also_prompts_that_are_too_long(made):
    weights = train(made, "lora")
    prompts = {"some": SOME, "long": LONG}
    # Behind what both can do a target that is longer than any sequence may be.
    endless = [{**SOME[0], "target": [call("BookHotel", id="HT1 " * 1000)]}]
    asked = ask(made / "lora", {**prompts, "endless": endless}, weights)
    ours = answer_by_transformers(made / "lora-known", prompts, weights)
    done = run(asked)
    assert_equal(asked, ours, ["some", "long"])
    assert events(asked, "count")[1]["truncatedExamples"] == 2
    assert len({one["text"] for one in read(asked, "some")}) > 2
    assert done.returncode == CONFIGURATION, done.stderr
    assert "raise maxTokens" in done.stderr.splitlines()[-1]
    assert len(read(asked, "endless")) == 1


def test_an_adapter_of_qlora_answers_over_the_base_as_it_was_quantized_sharded_among_two(made, monkeypatch):
    weights = train(made, "qlora")
    asked = ask(made / "qlora", {"some": SOME}, weights, hyperparameters={"tuning": "qlora"})
    monkeypatch.setenv(ARGUMENTS, json.dumps({**LEAN, "tensor_parallel_size": 2}))
    cores = os.sched_getaffinity(0)
    monkeypatch.setenv("VLLM_CPU_OMP_THREADS_BIND", f"{min(cores)}|{max(cores)}")
    done = run(asked)
    assert done.returncode == 0, done.stderr
    # On a processor bitsandbytes multiplies by 4-bit weights less exactly than by what they stand for.
    quantized = AutoModelForCausalLM.from_pretrained(
        made / "base", quantization_config=BitsAndBytesConfig(**NF4), dtype=torch.float32, device_map="cpu"
    )
    quantized.dequantize().save_pretrained(made / "rounded")
    make_tiny_tokenizer(TOOLS).save_pretrained(made / "rounded")
    assert_equal(
        asked, answer_by_transformers(made / "qlora-known", {"some": SOME}, weights, base="../rounded"), ["some"]
    )


def test_the_base_draws_by_the_seed_of_each_answer_whatever_is_beside_it(made):
    draws = {"temperature": 1.0, "seed": 3, "draws": 2}
    few_at_once = {"generationBatch": 1}
    prompts = {"some": SOME, "turned": SOME[::-1][:5]}
    asked = ask(made / "untrained", prompts, None, decoding=draws, hyperparameters=few_at_once)
    ours = answer_by_transformers(made / "untrained-known", {"some": SOME}, None)
    done = run(asked)
    assert done.returncode == 0, done.stderr
    loss, known = (events(folder, "predictions")[0]["loss"] for folder in (asked, ours))
    assert loss == pytest.approx(known, rel=1e-5)
    drawn = {(one["id"], one["draw"]): one["text"] for one in read(asked, "some")}
    assert len(drawn) == len(set(drawn.values())) == 16
    again = read(asked, "turned")
    assert [(one["id"], one["draw"]) for one in again[:3]] == [("e-7", 0), ("e-7", 1), ("e-6", 0)]
    assert all(drawn[one["id"], one["draw"]] == one["text"] for one in again)
    assert events(asked, "progress")[-1]["step"] == events(asked, "result")[0]["steps"] == 26


def test_a_whole_model_answers_in_two_processes_which_told_to_stop_leave_what_stands_and_end(made):
    weights = train(made, "full")
    prompts = {"some": SOME, "many": examples(400)}
    few_at_once = {"tuning": "full", "generationBatch": 1}
    asked = ask(made / "full", prompts, weights, hyperparameters=few_at_once, worldSize=2)
    ours = answer_by_transformers(made / "full-known", {"some": SOME}, weights, tuning="full")
    process = subprocess.Popen(command(asked), stdin=subprocess.PIPE, start_new_session=True)
    told = asked / "events.jsonl"
    while process.poll() is None and not (told.exists() and '"predictions"' in told.read_text()):
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == INTERRUPTED
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert_equal(asked, ours, ["some"])
    assert "predicted-many.jsonl" not in files(asked)
    assert events(asked, "result") == []
    assert any("BookHotel" in one["text"] for one in read(asked, "some"))
