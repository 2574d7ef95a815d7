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


def test_what_a_method_adds_has_the_strength_of_its_paper_unless_one_is_given():
    assert read_hyperparameters({"method": "lwf"}).strength == 1
    assert read_hyperparameters({"method": "o-lora"}).strength == 0.5
    assert read_hyperparameters({"method": "o-lora", "strength": 0}).strength == 0


def refusal_of(given):
    with pytest.raises(Refusal) as caught:
        read_hyperparameters(given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rankk": 3}, "hyperparameter rankk is not known: did you mean rank?"),
        ({"learning_rate": 1}, "hyperparameter learning_rate is not known: did you mean learningRate?"),
        ({"lr": 1}, "hyperparameter lr is not known: did you mean learningRate?"),
        ({"flavour": 1}, "hyperparameter flavour is not known"),
    ],
)
def test_a_name_that_is_not_known_comes_with_the_one_that_was_meant(given, said):
    assert refusal_of(given) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rank": "8"}, 'rank: expected a whole number, found "8"'),
        ({"rank": True}, "rank: expected a whole number, found true"),
        ({"rank": 1.5}, "rank: expected a whole number, found 1.5"),
        ({"learningRate": None}, "learningRate: expected a number, found null"),
        ({"learningRate": float("inf")}, "learningRate: expected a number, found Infinity"),
        ({"liger": "yes"}, 'liger: expected true or false, found "yes"'),
        ({"model": 8}, "model: expected text, found 8"),
        ({"revision": 5}, "revision: expected text or null, found 5"),
        ({"targetModules": "q"}, 'targetModules: expected a list of text, found "q"'),
        ({"targetModules": ["q", 1]}, 'targetModules: expected a list of text, found ["q", 1]'),
        ({"targetModules": []}, "targetModules: expected a list of text, found []"),
        ({"tuning": "dora"}, 'tuning: expected lora, qlora or full, found "dora": did you mean lora?'),
        ({"parallel": []}, "parallel: expected ddp or fsdp, found []"),
        (
            {"recipe": ["tiny"]},
            'recipe: expected trajectory-supervision, trajectory-supervision-as-published or tiny, found ["tiny"]',
        ),
        (
            {"recipe": "mine"},
            'recipe: expected trajectory-supervision, trajectory-supervision-as-published or tiny, found "mine"',
        ),
        (
            {"schedule": "cosin"},
            "schedule: expected linear, cosine, cosine_with_restarts, polynomial, constant, constant_with_warmup or "
            'inverse_sqrt, found "cosin": did you mean cosine?',
        ),
        ({"rank": 0}, "rank: expected more than 0, found 0"),
        ({"dropout": 1}, "dropout: expected at least 0 and less than 1, found 1.0"),
        ({"strength": -1}, "strength: expected at least 0, found -1.0"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_what_would(given, said):
    assert refusal_of(given) == f"hyperparameter {said}"


@pytest.mark.parametrize("schedule", ["reduce_lr_on_plateau", "cosine_with_min_lr", "warmup_stable_decay"])
def test_schedules_that_need_settings_of_their_own_are_refused(schedule):
    assert f'found "{schedule}"' in refusal_of({"schedule": schedule})


@pytest.mark.parametrize("optimiser", ["galore_adamw", "lomo", "schedule_free_adamw", "adamw_torch_xla"])
def test_optimisers_that_the_image_lacks_are_refused(optimiser):
    assert f'found "{optimiser}"' in refusal_of({"optimiser": optimiser})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"batchSize": 3}, "globalBatch 16 is no multiple of batchSize 3"),
        (
            {"targetModules": ["q_proj", "lm_head"]},
            "targetModules: lm_head gets no adapter, as the loss is computed from it in chunks: leave it out",
        ),
        ({"tuning": "full", "method": "o-lora"}, "method o-lora needs tuning lora or qlora"),
        (
            {"method": "ewc"},
            "method ewc needs strength: no value fits all models; try powers of ten, from 1 on",
        ),
        ({"tuning": "full", "method": "adapter-per-block"}, "method adapter-per-block needs tuning lora or qlora"),
        (
            {"engine": "vllm", "method": "adapter-per-block"},
            "engine vllm loads one adapter: method adapter-per-block needs engine transformers or continuous",
        ),
        (
            {"packing": "best-fit"},
            "packing best-fit needs attention flash_attention_2 or flash_attention_3: others would mix its examples",
        ),
        ({"attention": "flash_attention_2", "precision": "fp32"}, "attention flash_attention_2 needs precision bf16"),
        (
            {"attention": "flash_attention_3", "packing": "padding-free", "method": "lwf"},
            "method lwf looks at single examples: it needs packing none",
        ),
        (
            {"parallel": "fsdp", "method": "o-lora"},
            "method o-lora looks at whole parameters: it needs parallel ddp",
        ),
        (
            {"parallel": "fsdp", "engine": "continuous"},
            "engine continuous keeps its cache on one GPU: with parallel fsdp take transformers or vllm",
        ),
        (
            {"parallel": "fsdp"},
            "optimiser paged_adamw_8bit cannot be sharded: with parallel fsdp take adamw_torch_fused",
        ),
        (
            {"parallel": "fsdp", "optimiser": "lion_32bit"},
            "optimiser lion_32bit cannot be sharded: with parallel fsdp take adamw_torch_fused",
        ),
    ],
)
def test_what_does_not_go_together_is_said_in_one_line(given, said):
    assert refusal_of(given) == said


def test_what_needs_flash_attention_is_taken_with_it():
    settings = read_hyperparameters({"attention": "flash_attention_2", "packing": "best-fit"})
    assert (settings.attention, settings.packing) == ("flash_attention_2", "best-fit")
