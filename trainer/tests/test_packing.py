"""Rows that hold several examples: none is cut, and each begins anew."""

from dataclasses import replace
from typing import Any

import torch
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Events, read_job
from ratchet_trainer.rendering import NO_LOSS, Renderer
from ratchet_trainer.sft import render_training
from ratchet_trainer.tiny_model import make_tiny_tokenizer

from .jobs import write_training
from .samples import TOOLS

SETTINGS = read_hyperparameters({"recipe": "tiny", "maxTokens": 400})


def rows(tmp_path, packing) -> list[dict[str, Any]]:
    settings = replace(SETTINGS, packing=packing)
    job = read_job(write_training(tmp_path / packing))
    renderer = Renderer(make_tiny_tokenizer(TOOLS), TOOLS, settings)
    return render_training(job, settings, renderer, Events(job.folder)).to_list()


def test_packed_rows_hold_all_examples_whole_within_the_limit(tmp_path):
    single, packed = rows(tmp_path, "none"), rows(tmp_path, "best-fit")
    assert len(packed) < len(single)
    assert max(len(row["input_ids"]) for row in packed) <= SETTINGS.max_tokens
    pieces = []
    for row in packed:
        start = 0
        for length in row["seq_lengths"]:
            pieces.append((row["input_ids"][start : start + length], row["labels"][start : start + length]))
            start += length
    assert sorted(pieces) == sorted((row["input_ids"], row["labels"]) for row in single)


def test_of_a_packed_row_as_of_a_batch_without_padding_flash_attention_is_told_where_examples_begin(tmp_path):
    collator = DataCollatorForLanguageModeling(pad_token_id=0, padding_free=True)
    single, packed = rows(tmp_path, "none"), rows(tmp_path, "best-fit")
    for batch, lengths in (
        (collator([packed[0]]), packed[0]["seq_lengths"]),
        (collator([single[0], single[1]]), [len(single[0]["input_ids"]), len(single[1]["input_ids"])]),
    ):
        assert "attention_mask" not in batch
        starts = torch.tensor([0, *lengths]).cumsum(0)
        assert torch.equal(batch["cu_seq_lens_q"], starts.to(torch.int32))
        assert batch["position_ids"].flatten().tolist() == [n for length in lengths for n in range(length)]
        assert (batch["labels"] != NO_LOSS).any()
