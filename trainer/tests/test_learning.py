"""A loss that falls: the tiny model learns a block, judged by the calls that it then generates."""

import json

from ratchet_trainer.call_text import format_calls

from .jobs import events, examples, run_here, write_job, write_lines, write_training

COUNT = 50
LEARNING = {"recipe": "tiny", "tuning": "full", "epochs": 100, "batchSize": 10, "globalBatch": 10}


def test_of_fifty_examples_that_it_learned_it_calls_more_than_nine_in_ten_exactly(tmp_path):
    block = examples(COUNT)
    train = write_training(tmp_path / "train", COUNT, hyperparameters=LEARNING, checkpointEvery=1000)
    assert run_here(train) == 0
    losses = [one["loss"] for one in events(train, "progress")]
    assert losses[0] > 3
    assert losses[-1] < 0.05

    generate = write_job(
        tmp_path / "generate",
        stage="generate",
        hyperparameters=LEARNING,
        weights=str(train / "weights"),
        prompts=[{"name": "travel", "file": "prompts.jsonl"}],
        decoding={"temperature": 0, "seed": 0},
    )
    write_lines(generate / "prompts.jsonl", [{**one, "target": None} for one in block])
    assert run_here(generate) == 0
    [told] = events(generate, "predictions")
    said = {one["id"]: one["text"] for one in map(json.loads, (generate / told["file"]).open())}
    exact = sum(said[one["id"]] == format_calls(one["target"]) for one in block)
    assert exact > 0.9 * COUNT
