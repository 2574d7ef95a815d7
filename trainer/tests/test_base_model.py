"""How a base model's tokenizer is completed."""

import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from ratchet_trainer.base_model import load_tokenizer
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import read_job

from .jobs import write_training

PIECES = {"padding": 0, "pad": 1, "reserved": 2, "book": 3}


def load_with(folder, special):
    """A tokenizer without a padding token, whose pieces of words are `PIECES`."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(PIECES)), eos_token="<end>")
    tokenizer.add_special_tokens({"additional_special_tokens": special})
    tokenizer.chat_template = "{{ messages }}"
    tokenizer.save_pretrained(folder / "base")
    job = read_job(write_training(folder / "job", base=str(folder / "base")))
    return load_tokenizer(job, read_hyperparameters({"recipe": "tiny"}))


@pytest.mark.parametrize(
    ("special", "padding"),
    [
        (["<reserved_0>", "<right_pad>"], "<reserved_0>"),
        (["<start>", "<right_pad>"], "<right_pad>"),
        (["<start>"], "<end>"),
    ],
)
def test_padding_is_a_special_token_that_is_set_apart_and_never_a_piece_of_a_word(special, padding, tmp_path):
    assert load_with(tmp_path, special).pad_token == padding
