import pytest

from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Refusal


def test_the_default_recipe_is_the_papers():
    paper = read_hyperparameters({})
    assert (paper.model, paper.tuning, paper.rank, paper.alpha, paper.dropout) == (
        "meta-llama/Llama-3.1-8B-Instruct",
        "qlora",
        32,
        64,
        0.05,
    )
    assert (paper.batch_size, paper.global_batch, paper.learning_rate, paper.epochs) == (4, 16, 2e-4, 3)
    assert (paper.schedule, paper.warmup, paper.optimiser, paper.max_tokens) == (
        "cosine",
        0.1,
        "paged_adamw_8bit",
        1024,
    )
    assert (paper.max_new_tokens, paper.max_prompt_tokens, paper.attention) == (128, 896, "sdpa")


def test_what_is_given_wins_over_the_recipe():
    assert read_hyperparameters({"recipe": "tiny", "rank": 4, "learningRate": 1}).learning_rate == 1.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rankk": 3}, "hyperparameter rankk is not known: did you mean rank"),
        ({"rank": "8"}, "hyperparameter rank: expected int, found '8'"),
        ({"rank": True}, "hyperparameter rank: expected int, found True"),
        ({"rank": 0}, "hyperparameter rank: expected more than 0, found 0"),
        ({"tuning": "dora"}, "hyperparameter tuning: expected lora or qlora or full, found 'dora'"),
        ({"recipe": "mine"}, "recipe 'mine' is not known: there are trajectory-supervision"),
        ({"batchSize": 3}, "globalBatch 16 is no multiple of batchSize 3"),
        ({"tuning": "full", "method": "o-lora"}, "method o-lora needs tuning lora or qlora"),
        ({"engine": "vllm", "method": "adapter-per-block"}, "engine vllm loads one adapter"),
        ({"dropout": 1}, "hyperparameter dropout: expected at least 0 and less than 1, found 1.0"),
        ({"strength": -1}, "hyperparameter strength: expected at least 0, found -1.0"),
        ({"targetModules": "q_proj"}, "hyperparameter targetModules: expected"),
        ({"tuning": "full", "method": "adapter-per-block"}, "method adapter-per-block needs tuning lora or qlora"),
        ({"packing": "best-fit"}, "packing best-fit needs attention flash_attention_2 or flash_attention_3"),
        ({"attention": "flash_attention_2", "precision": "fp32"}, "attention flash_attention_2 needs precision bf16"),
        (
            {"attention": "flash_attention_3", "packing": "padding-free", "method": "lwf"},
            "method lwf looks at single examples: it needs packing none",
        ),
        ({"parallel": "fsdp", "method": "ewc"}, "method ewc looks at whole parameters: it needs parallel ddp"),
        (
            {"parallel": "fsdp", "engine": "continuous"},
            "engine continuous keeps its cache on one GPU: with parallel fsdp take transformers or vllm",
        ),
        (
            {"parallel": "fsdp"},
            "optimiser paged_adamw_8bit cannot be sharded: with parallel fsdp take adamw_torch_fused",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(given, said):
    with pytest.raises(Refusal, match=said.replace("(", r"\(")):
        read_hyperparameters(given)


def test_what_needs_flash_attention_is_taken_with_it():
    settings = read_hyperparameters({"attention": "flash_attention_2", "packing": "best-fit"})
    assert (settings.attention, settings.packing) == ("flash_attention_2", "best-fit")
