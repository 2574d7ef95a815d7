"""What a block leaves is what others' programs load."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from ratchet_trainer.adapters import open_for_generation
from ratchet_trainer.base_model import load_base, load_tokenizer
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import read_job

from .jobs import SEEDS, TINY, examples, run, run_here, train, write_job, write_lines, write_training

IDS = torch.arange(20, 60).unsqueeze(0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A whole model: what full fine-tuning leaves."""
    folder = tmp_path_factory.mktemp("full") / "job"
    done = train(folder, hyperparameters={**TINY, "epochs": 1, "tuning": "full"})
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def adapter(whole, tmp_path_factory):
    """An adapter of that model, which its job was given as base weights: what `trainer.weights` does."""
    folder = tmp_path_factory.mktemp("lora") / "job"
    hyperparameters = {**TINY, "epochs": 1, "model": "organisation/tiny", "revision": "c" * 40}
    fields: dict[str, Any] = {"parent": None, "resume": None, "checkpointEvery": 99, "seeds": SEEDS}
    write_job(folder, stage="train", data="train.jsonl", base="base", hyperparameters=hyperparameters, **fields)
    write_lines(folder / "train.jsonl", examples(8))
    shutil.copytree(whole / "weights", folder / "base")
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


def own_logits(folder) -> torch.Tensor:
    """Of the trainer's own way to predict with what the job left."""
    job = replace(read_job(folder), weights=folder / "weights")
    settings = read_hyperparameters(job.hyperparameters)
    tokenizer = load_tokenizer(job, settings)
    model = open_for_generation(load_base(job, settings, tokenizer), settings, folder / "weights")
    return logits(model)


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=IDS).logits


def test_an_adapter_loads_with_peft_and_says_what_it_says_here(adapter):
    base = AutoModelForCausalLM.from_pretrained(adapter / "base", dtype=torch.float32)
    untrained = logits(base)
    loaded = PeftModel.from_pretrained(base, adapter / "weights").eval()
    assert torch.equal(logits(loaded), own_logits(adapter))
    assert not torch.equal(logits(loaded), untrained)


def test_an_adapter_says_what_vllm_asks_and_names_no_folder_of_this_machine(adapter):
    text = (adapter / "weights" / "adapter_config.json").read_text()
    config = json.loads(text)
    # What vLLM's reader requires, and refuses: its `PEFTHelper`.
    assert {key: config[key] for key in ("r", "lora_alpha", "bias", "use_rslora", "use_dora", "modules_to_save")} == {
        "r": 8,
        "lora_alpha": 16,
        "bias": "none",
        "use_rslora": False,
        "use_dora": False,
        "modules_to_save": None,
    }
    assert len(config["target_modules"]) == 7
    # Base weights that a job was given have no name here: who exports them knows it.
    assert (config["base_model_name_or_path"], config["revision"]) == (None, "c" * 40)
    assert str(adapter) not in text


def test_what_was_left_tells_every_setting_and_nothing_of_this_machine(adapter):
    told = json.loads((adapter / "weights" / "hyperparameters.json").read_text())
    assert {name: told[name] for name in ("recipe", "epochs", "rank", "learningRate", "tuning", "targetModules")} == {
        "recipe": "tiny",
        "epochs": 1,
        "rank": 8,
        "learningRate": 3e-3,
        "tuning": "lora",
        "targetModules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    }
    assert not {"model", "revision"} & set(told)
    assert replace(read_hyperparameters(told), model="") == replace(
        read_hyperparameters({**TINY, "epochs": 1}), model=""
    )


def test_a_whole_model_loads_with_its_tokenizer(whole):
    model = AutoModelForCausalLM.from_pretrained(whole / "weights", dtype=torch.float32).eval()
    assert torch.equal(logits(model), own_logits(whole))
    job = read_job(whole)
    own = load_tokenizer(job, read_hyperparameters(job.hyperparameters))
    tokenizer = AutoTokenizer.from_pretrained(whole / "weights")
    messages = [{"role": "user", "content": "Book the hotel HT1."}]
    options: dict[str, Any] = {"add_generation_prompt": True, "tokenize": False}
    assert tokenizer.apply_chat_template(messages, **options) == own.apply_chat_template(messages, **options)
    assert tokenizer("BookHotel(id='HT1')") == own("BookHotel(id='HT1')")
    assert str(whole) not in "".join(file.read_text() for file in (whole / "weights").glob("*.json"))


def test_a_block_of_full_fine_tuning_begins_with_what_its_parent_left(whole, tmp_path):
    hyperparameters = {**TINY, "epochs": 1, "tuning": "full", "learningRate": 1e-12}
    folder = write_training(tmp_path / "next", hyperparameters=hyperparameters, parent=str(whole / "weights"))
    assert run_here(folder) == 0
    assert torch.allclose(own_logits(folder), own_logits(whole), atol=1e-4)
    assert (folder / "weights/config.json").read_text() == (whole / "weights/config.json").read_text()
