"""What each method adds, against what can be worked out by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from peft import PeftModel
from safetensors.torch import save_file

from ratchet_trainer.adapters import add_new_adapter, save_weights
from ratchet_trainer.folders import publish
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.methods.method import trained_parameters
from ratchet_trainer.methods.open_method import METHODS, open_answering, open_method, turn_to
from ratchet_trainer.protocol import Refusal
from ratchet_trainer.tiny_model import make_tiny_model

SETTINGS = read_hyperparameters({"recipe": "tiny"})
IDS = torch.arange(20, 40).unsqueeze(0)
BATCH = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS), "labels": IDS.clone()}


def base():
    return make_tiny_model(600, {})


def nudge(model, by=0.05, seed=3):
    """As training would."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in trained_parameters(model).values():
            parameter.add_(by * torch.randn_like(parameter))


def penalty(method, model) -> torch.Tensor:
    found = method.penalty(model, BATCH)
    assert found is not None
    return found


def parent(tmp_path, method):
    """A first block: an adapter that was moved."""
    settings = replace(SETTINGS, method=method)
    model = open_method(settings, None).open(base(), 1)
    nudge(model)
    draft = tmp_path / "draft"
    draft.mkdir()
    save_weights(model, draft)
    if method == "ewc":
        fisher = {name: torch.full_like(one, 2.0) for name, one in trained_parameters(model).items()}
        save_file(fisher, draft / "fisher.safetensors")
    publish(draft, tmp_path / "parent")
    return settings, tmp_path / "parent"


@pytest.mark.parametrize("method", METHODS)
def test_the_first_block_has_nothing_to_keep(method):
    one = open_method(replace(SETTINGS, method=method), None, ("travel",))
    model = one.open(base(), 1)
    assert one.penalty(model, BATCH) is None


def test_an_adapter_of_another_rank_than_is_asked_for_does_not_go_on(tmp_path):
    settings, folder = parent(tmp_path, "sequential")
    with pytest.raises(Refusal, match="the parent's adapter has r 8, and this block asks for 4"):
        open_method(replace(settings, rank=4), folder)


def test_target_modules_that_the_model_lacks_are_refused():
    with pytest.raises(Refusal, match="targetModules c_attn: "):
        open_method(replace(SETTINGS, target_modules=("c_attn",)), None).open(base(), 1)


def test_ewc_adds_half_the_fisher_weighted_square_of_what_moved(tmp_path):
    settings, folder = parent(tmp_path, "ewc")
    method = open_method(replace(settings, strength=3.0), folder)
    model = method.open(base(), 1)
    assert penalty(method, model).item() == 0
    before = {name: one.detach().clone() for name, one in trained_parameters(model).items()}
    nudge(model, seed=4)
    moved = sum(((one - before[name]) ** 2).sum().item() for name, one in trained_parameters(model).items())
    assert penalty(method, model).item() == pytest.approx(3.0 / 2 * 2.0 * moved, rel=1e-5)


def test_lwf_is_zero_at_the_parent_and_grows_with_the_distance(tmp_path):
    settings, folder = parent(tmp_path, "lwf")
    method = open_method(settings, folder)
    model = method.open(base(), 1)
    assert penalty(method, model).item() == pytest.approx(0, abs=1e-6)
    nudge(model, by=0.1, seed=4)
    distance = penalty(method, model)
    assert distance.item() > 0.001
    distance.backward()
    assert all("default" in name for name, one in model.named_parameters() if one.grad is not None)


def test_o_lora_trains_the_new_adapter_alone_and_penalises_its_overlap(tmp_path):
    settings, folder = parent(tmp_path, "o-lora")
    method = open_method(settings, folder)
    model = method.open(base(), 2)
    assert all(".default." in name for name in trained_parameters(model))
    by_hand = sum(
        (module.lora_A["earlier"].weight @ module.lora_A["default"].weight.T).abs().sum().item()
        for module in model.modules()
        if hasattr(module, "lora_A") and "earlier" in module.lora_A
    )
    assert penalty(method, model).item() == pytest.approx(by_hand, rel=1e-5)


def test_what_o_lora_leaves_is_one_adapter_that_says_what_both_said(tmp_path):
    settings, folder = parent(tmp_path, "o-lora")
    method = open_method(settings, folder)
    model = method.open(base(), 2)
    nudge(model, seed=5)
    model.eval()
    said = model(**BATCH).logits

    (tmp_path / "left").mkdir()
    method.leave(SimpleNamespace(model=model), tmp_path / "left")
    loaded = PeftModel.from_pretrained(base(), tmp_path / "left").eval()
    assert loaded.peft_config["default"].to_dict()["r"] == 2 * settings.rank
    torch.testing.assert_close(loaded(**BATCH).logits, said, rtol=1e-4, atol=1e-5)


def test_each_domain_is_answered_by_its_own_adapter_and_others_by_the_base(tmp_path):
    settings = replace(SETTINGS, method="adapter-per-block")
    weights, said = None, {}
    for seed, domain in enumerate(("travel", "banking")):
        method = open_method(settings, weights, (domain,))
        model = method.open(base(), 1)
        nudge(model, seed=seed)
        said[domain] = model.eval()(**BATCH).logits
        (tmp_path / "draft").mkdir()
        method.leave(SimpleNamespace(model=model), tmp_path / "draft")
        weights = tmp_path / domain
        publish(tmp_path / "draft", weights)
    said["unseen"] = base().eval()(**BATCH).logits
    model = open_answering(base(), settings, weights)
    for domain in ("unseen", "travel", "banking", "travel"):
        turn_to(model, settings, weights, domain)
        torch.testing.assert_close(model(**BATCH).logits, said[domain])
    assert not torch.allclose(said["travel"], said["banking"])


def test_what_lwf_adds_moves_every_parameter_of_the_student(tmp_path):
    settings, folder = parent(tmp_path, "lwf")
    method = open_method(settings, folder)
    model = method.open(base(), 1)
    nudge(model, seed=4)
    penalty(method, model).backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in trained_parameters(model).values())


def test_a_new_adapter_depends_on_its_seed_alone():
    settings, made = SETTINGS, []
    for seed in (1, 1, 2):
        model = open_method(settings, None).open(base(), 9)
        model.delete_adapter("default")
        add_new_adapter(model, settings, seed)
        made.append(torch.cat([one.flatten() for name, one in model.named_parameters() if "lora_A" in name]))
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])
