"""Processes that are started beside rank 0 end with it, and it with them."""

import os
import subprocess
import sys
import time

import pytest

from .jobs import children_of, write_job

START = """
import sys
from pathlib import Path
from types import SimpleNamespace
from ratchet_trainer.ranks import Ranks
ranks = Ranks(SimpleNamespace(folder=Path(sys.argv[1])), 3)
"""
WAITING = START + "print('started', flush=True); sys.stdin.read()"
DISMISSING = START + "ranks.dismiss(); print('dismissed')"


def run_rank_0(program, folder):
    pipe, command = subprocess.PIPE, [sys.executable, "-c", program, str(folder)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def endless(tmp_path):
    """A job that nobody comes to the end of reading."""
    os.mkfifo(tmp_path / "job.json")
    return tmp_path


def test_when_one_fails_all_end_as_it_did_and_its_words_stand_in_the_log(tmp_path):
    folder = write_job(tmp_path / "wrong", protocol=99)
    rank_0 = run_rank_0(WAITING, folder)
    assert rank_0.wait(300) == 78
    assert rank_0.stderr
    said = rank_0.stderr.read()
    assert "protocol 99 is not known here" in said
    assert "of 3 ended with 78" in said
    wait_for_nobody(folder)


def test_when_rank_0_is_killed_they_end(endless):
    rank_0 = run_rank_0(WAITING, endless)
    assert rank_0.stdout
    assert rank_0.stdout.readline() == "started\n"
    assert len(children_of(endless)) == 2
    rank_0.kill()
    wait_for_nobody(endless)


def test_dismissed_they_have_ended_before_rank_0_goes_on(endless):
    rank_0 = run_rank_0(DISMISSING, endless)
    assert rank_0.stdout
    assert rank_0.stdout.readline() == "dismissed\n"
    assert children_of(endless) == []
    assert rank_0.wait(300) == 0


def wait_for_nobody(folder):
    deadline = time.monotonic() + 300
    while children_of(folder):
        assert time.monotonic() < deadline
        time.sleep(0.05)
