"""Several engines predict what one predicts: here in two processes, or in one that serves itself."""

import threading
from multiprocessing.connection import Pipe

import pytest

from ratchet_trainer import stopping
from ratchet_trainer.engines.continuous import ContinuousEngine
from ratchet_trainer.engines.team import Team, serve
from ratchet_trainer.generation import generate
from ratchet_trainer.protocol import INTERRUPTED, Events

from .jobs import children_of, events
from .test_generation import REQUESTS, SETTINGS, answer_all, engine, job

DRAWS = {"temperature": 1, "seed": 5, "draws": 2}
TINY = {"recipe": "tiny", "generationBatch": 3, "maxNewTokens": 10}


class Stopping(Events):
    """Is told to stop when the first file is finished."""

    def tell(self, kind, **fields):
        super().tell(kind, **fields)
        if kind == "predictions":
            stopping.stop_requested.set()


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Folder and exit code of two processes, this one and another, that are told to stop."""
    asked = job(tmp_path_factory.mktemp("team") / "pair", DRAWS, worldSize=2, hyperparameters=TINY)
    try:
        return asked.folder, generate(asked, SETTINGS, Stopping(asked.folder))
    finally:
        stopping.stop_requested.clear()


def test_two_processes_predict_what_one_predicts_byte_for_byte(pair, tmp_path):
    folder, _ = pair
    alone = job(tmp_path / "alone", DRAWS, worldSize=1, hyperparameters=TINY)
    assert generate(alone, SETTINGS, Events(alone.folder)) == 0
    [told] = events(folder, "predictions")
    assert told == events(alone.folder, "predictions")[0]
    assert told["loss"]["nats"] > 0
    assert (folder / told["file"]).read_bytes() == (alone.folder / told["file"]).read_bytes()
    assert events(alone.folder, "progress")[-1]["peakMemoryBytes"] > 2**20


def test_told_to_stop_rank_0_ends_with_75_when_all_others_have_ended(pair):
    folder, code = pair
    assert code == INTERRUPTED
    assert children_of(folder) == []
    assert not (folder / "predicted-second.jsonl").exists()


def test_continuous_batching_says_the_same_whoever_takes_its_groups(tmp_path):
    asked = job(tmp_path / "job")
    first, second = (engine(ContinuousEngine, asked, generation_batch=1) for _ in range(2))
    ours, theirs = Pipe()
    threading.Thread(target=serve, args=(second, theirs), daemon=True).start()
    assert dict(Team(first, [ours]).answer("any", REQUESTS)) == answer_all(first)
    ours.close()


def test_what_an_engine_raises_is_raised_where_its_answers_are_awaited(tmp_path, monkeypatch):
    failing = engine(ContinuousEngine, job(tmp_path / "job"))
    monkeypatch.setattr(failing, "answer", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        answer_all(failing)


def test_groups_follow_from_the_lengths_and_hold_everything_once(tmp_path):
    some = engine(ContinuousEngine, job(tmp_path / "job"), generation_batch=1)
    assert some.group_pairs([5, 9, 1, 7]) == [[1], [3], [0], [2]]
    assert some.group_requests([5, 9, 1, 7, 3, 8, 2, 6, 4]) == [[1, 3, 0, 4, 2], [5, 7, 8, 6]]
    assert some.group_requests([]) == []
