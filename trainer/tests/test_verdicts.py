"""The scorer's verdicts on texts that a model wrote, and on ugly ones, are those of a second implementation."""

import json
from collections import Counter
from pathlib import Path

from .verdicts import judge

FIXTURES = Path(__file__).parents[2] / "test" / "metrics" / "fixtures"


def rows(name):
    return [json.loads(line) for line in (FIXTURES / name).read_text().splitlines()]


def test_what_a_model_generated_gets_the_same_verdicts():
    scored = rows("generated.jsonl")
    differing = [
        (row["text"], found, row)
        for row in scored
        for found in [judge(row["gold"], row["text"])]
        if any(found[name] != row[name] for name in found)
    ]
    assert differing == []
    assert min(Counter(row["outcome"] for row in scored).values()) >= 5


def test_predictions_made_up_for_the_scorer_get_the_same_verdicts():
    _, *scored = rows("predictions.jsonl")
    found = [judge(row["gold"], row["text"]) for row in scored]
    assert [one["outcome"] for one in found] == [row["outcome"] for row in scored]
    assert [one["paper"] for one in found] == [row["paper"] for row in scored]
