import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from ratchet_trainer.flops import ModelFlops, count_flops, find_attended_length, find_peak
from ratchet_trainer.reporting import Speedometer

SEQUENCE = 48


def tiny(tied: bool) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=tied,
    )
    model = LlamaForCausalLM(config)
    model.set_attn_implementation("eager")  # Of which PyTorch counts every product.
    return model


def flops_of(model) -> ModelFlops:
    flops = count_flops(model)
    assert flops
    return flops


def adapted(tied: bool):
    model = get_peft_model(tiny(tied), LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    model.enable_input_require_grads()  # As gradient checkpointing needs it: gradients reach the first layer's input.
    return model


@pytest.mark.parametrize("make", [tiny, adapted])
@pytest.mark.parametrize("tied", [True, False])
def test_flops_of_a_token_are_what_pytorch_counts_forward_and_backward(make, tied):
    model = make(tied)
    tokens = torch.arange(SEQUENCE)[None]
    with FlopCounterMode(display=False) as counter:
        model(input_ids=tokens, labels=tokens).loss.backward()
    counted = counter.get_total_flops() / SEQUENCE
    # Norms are weights, too, and do no products.
    assert flops_of(model).per_token(SEQUENCE) == pytest.approx(counted, rel=0.01)


def test_full_fine_tuning_needs_palms_6n_and_an_adapter_on_frozen_weights_little_more_than_4n():
    assert ModelFlops(weights=100, trained=100, attention=7).per_token(10) == 6 * 100 + 12 * 7 * 10
    assert ModelFlops(weights=102, trained=2, attention=0).per_token(10) == 4 * 100 + 6 * 2


def test_four_bit_weights_count_in_full(tmp_path):
    from ratchet_trainer.base_model import _quantize
    from ratchet_trainer.hyperparameters import read_hyperparameters
    from ratchet_trainer.tiny_model import make_tiny_model

    plain = make_tiny_model(512, {})
    packed = make_tiny_model(512, _quantize(read_hyperparameters({"recipe": "tiny", "tuning": "qlora"})))
    assert sum(one.numel() for one in packed.parameters()) < sum(one.numel() for one in plain.parameters())
    assert flops_of(packed).weights == flops_of(plain).weights


def test_the_attended_length_is_a_mean_over_tokens():
    assert find_attended_length([100, 300]) == (100 * 100 + 300 * 300) / 400


@pytest.mark.parametrize(
    ("device", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA A100 80GB PCIe", 312e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", None),
        ("NVIDIA A10G", 70e12),
        ("NVIDIA GeForce RTX 4090", 165.2e12),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("NVIDIA GH200 480GB", 990e12),
        ("NVIDIA GB200", 2500e12),
        ("Tesla T4", None),
    ],
)
def test_the_peak_is_known_by_the_name_of_the_device(device, peak):
    assert find_peak(device) == peak


FLOPS = ModelFlops(weights=10**9, trained=0, attention=0)
EXAMPLES = Dataset.from_dict({"input_ids": [[1, 2, 3]]})


def test_mfu_is_the_models_arithmetic_over_that_of_all_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA A100-SXM4-80GB")
    assert Speedometer(2, FLOPS, EXAMPLES).utilisation(31200) == pytest.approx(31200 * 4e9 / (2 * 312e12))


def test_examples_that_are_packed_into_a_row_attend_to_themselves_alone(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA A100-SXM4-80GB")
    packed = Dataset.from_dict({"input_ids": [[1] * 9], "seq_lengths": [[5, 4]]})
    apart = Dataset.from_dict({"input_ids": [[1] * 5, [1] * 4]})
    flops = ModelFlops(weights=0, trained=0, attention=10**6)
    assert Speedometer(1, flops, packed).utilisation(10) == Speedometer(1, flops, apart).utilisation(10)


def test_mfu_is_absent_where_the_device_is_not_known_and_without_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    assert Speedometer(1, FLOPS, EXAMPLES).utilisation(31200) is None
    assert Speedometer(0, FLOPS, EXAMPLES).utilisation(31200) is None
