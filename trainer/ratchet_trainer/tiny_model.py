"""A random-init Llama and its tokenizer, made on the spot and always the same: for tests and for trying things out."""

from __future__ import annotations

import json
import tempfile
from typing import Any

import torch
from safetensors.torch import save_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

PAD, BEGIN, END = "<pad>", "<s>", "</s>"
HEADERS = ("<|system|>", "<|user|>", "<|assistant|>", "<|tool|>")
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
VOCABULARY = 1024


def make_tiny_tokenizer(tools: dict[str, Any]) -> Any:
    """Byte pairs learned from the descriptions of all tools, which are the same for every block of a sweep."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, BEGIN, END, *HEADERS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([json.dumps(tools[name], sort_keys=True) for name in sorted(tools)], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=PAD, bos_token=BEGIN, eos_token=END)
    fast.chat_template = CHAT_TEMPLATE
    return fast


def make_tiny_model(vocabulary: int, quantized: dict[str, Any]) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=vocabulary,
                hidden_size=128,
                intermediate_size=256,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=4096,
                # The head is tied and, under an adapter, frozen: with smaller weights it could say nothing surely.
                initializer_range=0.1,
                tie_word_embeddings=True,
                pad_token_id=0,
                bos_token_id=1,
                eos_token_id=2,
            )
        )
    if not quantized:
        return model
    with tempfile.TemporaryDirectory() as folder:
        # Not by the model itself, which of several ranks saves on the first alone.
        model.config.to_json_file(f"{folder}/config.json")
        save_model(model, f"{folder}/model.safetensors", {"format": "pt"})
        loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, device_map="cpu", **quantized)
    loaded.name_or_path = loaded.config._name_or_path = "tiny"  # Not a folder that is gone.
    return loaded
