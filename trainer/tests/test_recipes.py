"""What the recipes come to, against what the paper says of its own training."""

import pytest
import torch
from datasets import Dataset
from peft import get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig

from ratchet_trainer.adapters import describe_adapter
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.methods.open_method import open_method
from ratchet_trainer.protocol import Refusal, read_job
from ratchet_trainer.sft import BlockTrainer
from ratchet_trainer.tiny_model import make_tiny_model, make_tiny_tokenizer
from ratchet_trainer.training_arguments import choose_accumulation, make_arguments

from .jobs import write_training
from .samples import TOOLS

RECIPES = ("trajectory-supervision", "trajectory-supervision-as-published")
LLAMA_8B = LlamaConfig(
    vocab_size=128_256,
    hidden_size=4096,
    intermediate_size=14_336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
    tie_word_embeddings=False,
)
"""Llama-3.1-8B's shape."""


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_papers_adapter_has_its_83_886_080_parameters(recipe):
    adapter = describe_adapter(read_hyperparameters({"recipe": recipe}))
    with torch.device("meta"):
        model = get_peft_model(AutoModelForCausalLM.from_config(LLAMA_8B), adapter)
    assert sum(one.numel() for one in model.parameters() if one.requires_grad) == 83_886_080


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_papers_first_block_of_698_examples_takes_its_132_steps(recipe, tmp_path):
    settings = read_hyperparameters({"recipe": recipe})
    trainer = BlockTrainer(
        method=open_method(settings, None),
        model=make_tiny_model(600, {}),
        args=make_arguments(read_job(write_training(tmp_path / "job")), settings, 1),
        train_dataset=Dataset.from_list([{"input_ids": [1, 2], "labels": [-100, 2]}] * 698),
        processing_class=make_tiny_tokenizer(TOOLS),
    )
    *_, steps = trainer.set_initial_training_values(trainer.args, trainer.get_train_dataloader())
    assert steps == 132


def test_the_global_batch_is_the_same_on_any_number_of_gpus():
    settings = read_hyperparameters({})
    assert [choose_accumulation(settings, world) for world in (1, 2, 4)] == [4, 2, 1]
    with pytest.raises(Refusal, match="globalBatch 16 is no multiple of batchSize x 3 GPUs = 12"):
        choose_accumulation(settings, 3)


def test_the_papers_optimisation_reaches_trl_as_it_is(tmp_path):
    job = read_job(write_training(tmp_path / "job"))
    arguments = make_arguments(job, read_hyperparameters({}), 1)
    assert (arguments.per_device_train_batch_size, arguments.gradient_accumulation_steps) == (4, 4)
    assert (arguments.learning_rate, arguments.lr_scheduler_type, arguments.get_warmup_steps(132)) == (
        2e-4,
        "cosine",
        14,
    )
    assert (arguments.num_train_epochs, arguments.activation_checkpointing) == (3, True)
    assert arguments.activation_checkpointing_kwargs == {"use_reentrant": False}
    assert (arguments.packing, arguments.padding_free) == (False, False)
