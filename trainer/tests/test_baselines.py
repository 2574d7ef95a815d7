"""Every method through job folders, from block to block, as Ratchet hands them on."""

import json

import pytest

from ratchet_trainer.methods.open_method import METHODS
from ratchet_trainer.protocol import Refusal

from .jobs import TINY, events, examples, files, run_here, write_job, write_lines, write_training

DOMAINS = ("travel", "banking")


def settings(method):
    return {**TINY, "epochs": 1, "method": method, "strength": 0.1}


def train_blocks(folder, method):
    """Two blocks on the same examples, which each call another domain."""
    parent = None
    for domain in DOMAINS:
        job = write_training(folder / domain, hyperparameters=settings(method), parent=parent, domains=[domain])
        assert run_here(job) == 0
        parent = str(folder / domain / "weights")
    return [folder / domain / "weights" for domain in DOMAINS]


def predict(folder, method, weights, names):
    prompts = [{"name": name, "file": f"{name}.jsonl"} for name in names]
    job = write_job(
        folder,
        stage="generate",
        hyperparameters=settings(method),
        weights=str(weights),
        prompts=prompts,
        decoding={"temperature": 0, "seed": 0},
    )
    for name in names:
        write_lines(job / f"{name}.jsonl", [{**one, "target": None} for one in examples(2)])
    assert run_here(job) == 0
    told = {one["name"]: one["file"] for one in events(job, "predictions")}
    return {name: [json.loads(line)["text"] for line in (job / told[name]).open()] for name in names}


@pytest.mark.parametrize("method", METHODS)
def test_a_second_block_learns_on_from_the_first_and_predicts(method, tmp_path):
    first, second = train_blocks(tmp_path, method)
    assert files(first) != files(second)
    said = predict(tmp_path / "generate", method, second, [*DOMAINS, "unseen"])
    assert [len(one) for one in said.values()] == [2, 2, 2]


def test_one_adapter_a_block_starts_from_the_base_and_leaves_earlier_ones_as_they_are(tmp_path):
    first, second = train_blocks(tmp_path, "adapter-per-block")
    assert files(second / "block-1") == files(first / "block-1")
    # Both learned the same examples from the same seed: neither went on from the other.
    assert files(second / "block-2") == files(second / "block-1")
    assert json.loads((second / "domains.json").read_text()) == {"travel": "block-1", "banking": "block-2"}


def test_one_adapter_a_block_has_to_be_told_of_domains_before_anything_is_loaded(tmp_path):
    job = write_training(tmp_path / "untold", hyperparameters=settings("adapter-per-block"))
    with pytest.raises(Refusal, match="write `tellDomains: true`"):
        run_here(job)
    assert not (job / "events.jsonl").read_text()
