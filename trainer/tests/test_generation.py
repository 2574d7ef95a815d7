"""The generate stage on the tiny model: what it draws, what it measures, what it leaves when it is stopped."""

import json
import threading
from dataclasses import replace

import pytest
import torch

from ratchet_trainer import stopping
from ratchet_trainer.engines.continuous import ContinuousEngine
from ratchet_trainer.engines.engine import Answer, Request, end_at
from ratchet_trainer.engines.padded import PaddedEngine
from ratchet_trainer.engines.sampling import SeededSampling, seed_of
from ratchet_trainer.engines.team import AT_WORK, Team
from ratchet_trainer.generation import generate
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import INTERRUPTED, Events, Refusal, read_job
from ratchet_trainer.rendering import Renderer
from ratchet_trainer.tiny_model import make_tiny_model, make_tiny_tokenizer

from .jobs import events, examples, write_job, write_lines
from .samples import TOOLS

SETTINGS = read_hyperparameters({"recipe": "tiny", "generationBatch": 3, "maxNewTokens": 10})
TOKENIZER = make_tiny_tokenizer(TOOLS)
RENDERER = Renderer(TOKENIZER, TOOLS, SETTINGS)
EXAMPLES = examples(7)
REQUESTS = [
    Request(RENDERER.render_prompt(one).prompt, seed_of(5, draw, one["id"])) for one in EXAMPLES for draw in range(2)
]


def job(folder, decoding=None, **fields):
    """Two prompt files, whose targets lie beside them."""
    folder = write_job(
        folder,
        stage="generate",
        weights=None,
        prompts=[{"name": name, "file": f"{name}.jsonl", "targets": f"{name}.gold"} for name in ("first", "second")],
        decoding=decoding or {"temperature": 0, "seed": 0},
        **fields,
    )
    for name, some in (("first", EXAMPLES[:4]), ("second", EXAMPLES[4:])):
        write_lines(folder / f"{name}.jsonl", [{k: v for k, v in one.items() if k != "target"} for one in some])
        write_lines(folder / f"{name}.gold", [{k: one[k] for k in ("id", "dialogue", "target")} for one in some])
    return read_job(folder)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generation")
    return {
        temperature: job(folder / str(temperature), {"temperature": temperature, "seed": 5}) for temperature in (0, 1)
    }


def engine(kind, job, **changes):
    """Its weights are larger than those of a fresh model, which says the same token all the time."""
    made = kind(job, replace(SETTINGS, **changes), TOKENIZER)
    torch.manual_seed(2)
    with torch.no_grad():
        for parameter in made._model.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))
    return made


def answer_all(engine, requests=REQUESTS):
    return dict(Team(engine).answer("any", requests))


def test_what_a_prompt_draws_depends_on_nothing_beside_it(jobs):
    together = answer_all(engine(PaddedEngine, jobs[1]))
    turned = answer_all(engine(PaddedEngine, jobs[1]), REQUESTS[::-1])
    alone = answer_all(engine(PaddedEngine, jobs[1], generation_batch=1))
    assert [turned[len(REQUESTS) - 1 - place] for place in range(len(REQUESTS))] == list(map(together.get, range(14)))
    assert alone == together
    assert together[0] != together[1], "two draws of one prompt"


def test_a_seed_follows_from_the_decoding_seed_the_draw_and_the_example():
    seeds = {seed_of(seed, draw, name) for seed in (1, 2) for draw in (0, 1) for name in ("a", "b")}
    assert len(seeds) == 8
    assert seed_of(1, 0, "a") == seed_of(1, 0, "a") < 2**63


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_as_often_as_the_tempered_softmax_says(temperature):
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, float("-inf")])
    draws = 4000
    sampling = SeededSampling(temperature, range(draws))
    chosen = sampling(torch.empty(draws, 0), logits.repeat(draws, 1)).argmax(dim=-1)
    found = torch.bincount(chosen, minlength=5) / draws
    torch.testing.assert_close(found, torch.softmax(logits / temperature, dim=-1), atol=0.025, rtol=0)
    assert found[4] == 0


def test_an_answer_ends_before_its_end_or_at_the_limit():
    assert end_at([5, 6, 2, 0, 0], frozenset({2, 9})) == Answer([5, 6], ended=True)
    assert end_at([5, 6, 7], frozenset({2})) == Answer([5, 6, 7], ended=False)


def test_the_loss_of_a_batch_is_that_of_each_example_alone_without_padding(jobs):
    measured = engine(PaddedEngine, jobs[0])
    pairs = [(RENDERER.render_prompt(one).prompt, RENDERER.render_target(one)) for one in EXAMPLES]
    pairs[3] = (pairs[3][0], pairs[3][1][:2])
    by_hand = []
    for prompt, target in pairs:
        with torch.inference_mode():
            logits = measured._model(torch.tensor([prompt + target])).logits[0].double()
        places = torch.arange(len(prompt) - 1, len(prompt) + len(target) - 1)
        by_hand.append(-torch.log_softmax(logits, dim=-1)[places, torch.tensor(target)].sum().item())
    assert sorted(Team(measured).measure("any", pairs)) == pytest.approx(sorted(by_hand), rel=1e-5)


def test_continuous_batching_says_what_padded_batches_say(jobs):
    greedy = answer_all(engine(PaddedEngine, jobs[0]))
    assert len({tuple(one.tokens) for one in greedy.values()}) > 3
    assert answer_all(engine(ContinuousEngine, jobs[0])) == greedy


def test_a_models_own_habits_of_generating_do_not_change_what_it_answers(jobs, tmp_path):
    model = make_tiny_model(len(TOKENIZER), {})
    model.generation_config.update(repetition_penalty=5.0, no_repeat_ngram_size=2)
    model.save_pretrained(tmp_path)
    greedy, fond = engine(PaddedEngine, jobs[0]), engine(PaddedEngine, jobs[0], model=str(tmp_path))
    assert answer_all(fond, REQUESTS[:4]) == answer_all(greedy, REQUESTS[:4])


def test_continuous_batching_does_not_sample(jobs):
    with pytest.raises(Refusal, match="sample with engine transformers or vllm"):
        ContinuousEngine(jobs[1], SETTINGS, TOKENIZER)


def test_every_draw_stands_in_the_file_and_the_loss_beside_it(tmp_path):
    asked = job(tmp_path / "job", {"temperature": 1, "seed": 5, "draws": 3})
    patient = replace(SETTINGS, max_new_tokens=120)
    assert generate(asked, patient, Events(asked.folder)) == 0
    told = events(asked.folder, "predictions")
    assert [one["name"] for one in told] == ["first", "second"]
    lines = [json.loads(line) for line in (asked.folder / told[0]["file"]).read_text().splitlines()]
    assert [(line["id"], line["draw"]) for line in lines] == [(f"e-{i}", draw) for i in range(4) for draw in range(3)]
    targets = [RENDERER.render_target(one) for one in EXAMPLES[:4]]
    assert told[0]["loss"]["tokens"] == sum(map(len, targets))
    assert told[0]["loss"]["nats"] / told[0]["loss"]["tokens"] == pytest.approx(6.3, abs=0.7), (
        "untrained: about uniform"
    )
    requests = [
        Request(RENDERER.render_prompt(one).prompt, seed_of(5, draw, one["id"]))
        for one in EXAMPLES[:4]
        for draw in range(3)
    ]
    cut = sum(not one.ended for one in answer_all(PaddedEngine(asked, patient, TOKENIZER), requests).values())
    assert 0 < told[0]["truncated"] == cut < 12
    progress = events(asked.folder, "progress")
    assert {one["steps"] for one in progress} == {21}, "answers of both files"
    assert [one["step"] for one in progress] == sorted(one["step"] for one in progress)
    assert progress[-1]["step"] == 21
    assert progress[-1]["tokens"] == events(asked.folder, "result")[0]["tokens"]

    alone = job(tmp_path / "alone", {"temperature": 1, "seed": 5})
    generate(alone, patient, Events(alone.folder))
    first = [json.loads(line) for line in (alone.folder / "predicted-first.jsonl").read_text().splitlines()]
    assert first == [{"id": line["id"], "text": line["text"]} for line in lines if line["draw"] == 0]


def test_targets_are_not_read_before_the_answers_stand(tmp_path):
    asked = job(tmp_path / "job")
    (asked.folder / "first.gold").unlink()
    with pytest.raises(FileNotFoundError):
        generate(asked, SETTINGS, Events(asked.folder))
    assert len((asked.folder / "predicted-first.jsonl").read_text().splitlines()) == 4


def test_targets_of_other_prompts_are_refused(tmp_path):
    asked = job(tmp_path / "job")
    write_lines(asked.folder / "first.gold", [{"id": "e-9", "target": []}])
    with pytest.raises(Refusal, match=r"first\.gold does not hold the targets of first"):
        generate(asked, SETTINGS, Events(asked.folder))


def test_the_loss_is_of_what_would_be_learned_a_completion_word_for_word_and_no_empty_target(tmp_path):
    asked = job(tmp_path / "job")
    gold = [{"id": one["id"], "target": []} for one in EXAMPLES]
    said = {"id": "e-2", "target": EXAMPLES[2]["target"], "completion": "API-Request: [BookHotel(id='HT002')]"}
    write_lines(asked.folder / "first.gold", [*gold[:2], said, gold[3]])
    write_lines(asked.folder / "second.gold", gold[4:])
    assert generate(asked, replace(SETTINGS, generation_batch=1, max_new_tokens=1), Events(asked.folder)) == 0
    some, none = events(asked.folder, "predictions")
    assert some["loss"]["tokens"] == len(RENDERER.render_target(said)) > len(RENDERER.render_target(EXAMPLES[2]))
    assert "loss" not in none
    assert "the loss on the targets of second is 0.0 over 0 tokens" in events(asked.folder, "warning")[-1]["message"]


def test_told_to_stop_it_keeps_what_is_finished_and_ends_with_75(tmp_path):
    class Stopping(Events):
        """Is told to stop when the first file is finished."""

        def tell(self, kind, **fields):
            super().tell(kind, **fields)
            if kind == "predictions":
                stopping.stop_requested.set()

    asked = job(tmp_path / "job")
    try:
        assert generate(asked, SETTINGS, Stopping(asked.folder)) == INTERRUPTED
    finally:
        stopping.stop_requested.clear()
        # The trainer ends at once; here Python itself would end, in the middle of what is computed.
        for thread in threading.enumerate():
            if thread.name == AT_WORK:
                thread.join()
    assert [one["name"] for one in events(asked.folder, "predictions")] == ["first"]
    assert not (asked.folder / "predicted-second.jsonl").exists()
    assert events(asked.folder, "result") == []
