"""What each method adds, against what can be worked out by hand."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch.utils._python_dispatch import TorchDispatchMode

from ratchet_trainer.adapters import add_new_adapter, save_weights
from ratchet_trainer.folders import publish
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.methods import ewc
from ratchet_trainer.methods.method import trained_parameters
from ratchet_trainer.methods.open_method import METHODS, open_answering, open_method, turn_to
from ratchet_trainer.protocol import Damage, Refusal
from ratchet_trainer.tiny_model import make_tiny_model

SETTINGS = read_hyperparameters({"recipe": "tiny", "strength": 1})
IDS = torch.arange(20, 40).unsqueeze(0)
PROMPT = 5
LABELS = IDS.masked_fill(torch.arange(IDS.shape[1]) < PROMPT, -100)
BATCH = {"input_ids": IDS, "attention_mask": torch.ones_like(IDS), "labels": LABELS}
UNTAUGHT = {**BATCH, "labels": torch.full_like(IDS, -100)}


def base():
    return make_tiny_model(600, {})


def nudge(model, by=0.05, seed=3):
    """As training would."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in trained_parameters(model).values():
            parameter.add_(by * torch.randn_like(parameter))


def penalty(method, model, batch=BATCH) -> torch.Tensor:
    found = method.penalty(model, batch)
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


@pytest.mark.parametrize(
    ("method", "left_by", "words"),
    [
        ("ewc", "sequential", "the parent was not left by method ewc: it has no fisher.safetensors. Start from"),
        ("adapter-per-block", "ewc", "the parent was not left by method adapter-per-block: it has no domains.json"),
        ("lwf", "adapter-per-block", "goes on from an adapter, and the parent left none"),
        ("o-lora", "adapter-per-block", "goes on from an adapter, and the parent left none"),
    ],
)
def test_a_parent_that_another_method_left_is_refused_where_it_lacks_what_is_needed(method, left_by, words, tmp_path):
    left = {"adapter-per-block": "domains.json", "ewc": "fisher.safetensors"}.get(left_by, "adapter_config.json")
    (tmp_path / left).touch()
    with pytest.raises(Refusal, match=words):
        open_method(replace(SETTINGS, method=method), tmp_path, ("travel",))


@pytest.mark.parametrize("lacking", [0, 1])
def test_an_adapter_that_lacks_tensors_does_not_answer_as_if_untrained(lacking, tmp_path):
    _, folder = parent(tmp_path, "sequential")
    adapters = [Path(shutil.copytree(folder, tmp_path / "all" / f"block-{number}")) for number in (1, 2)]
    file = adapters[lacking] / "adapter_model.safetensors"
    save_file(dict(list(load_file(file).items())[1:]), file)
    with pytest.raises(Damage, match="lacks 1 of 28 tensors"):
        open_answering(base(), replace(SETTINGS, method="adapter-per-block"), tmp_path / "all")


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


def test_ewc_estimates_the_squared_gradient_of_a_whole_target_and_takes_the_mean_over_examples(tmp_path):
    method = open_method(replace(SETTINGS, method="ewc"), None)
    model = method.open(base(), 1)
    nudge(model)
    data = [{"ids": IDS, "labels": LABELS}, {"ids": IDS + 30, "labels": (IDS + 30).masked_fill(LABELS < 0, -100)}]
    by_hand = {name: torch.zeros_like(one) for name, one in trained_parameters(model).items()}
    for one in data:
        whole = (IDS.shape[1] - PROMPT) * model.eval()(input_ids=one["ids"], labels=one["labels"]).loss
        gradients = torch.autograd.grad(whole, list(trained_parameters(model).values()))
        for name, gradient in zip(by_hand, gradients, strict=True):
            by_hand[name] += gradient**2 / 2
    assert_close(leave_fisher(method, model, data, tmp_path / "left"), by_hand)


def test_ewc_sums_the_fisher_information_of_all_blocks(tmp_path):
    settings, folder = parent(tmp_path, "ewc")
    data = [{"ids": IDS, "labels": LABELS}]
    second = open_method(settings, folder)
    model = second.open(base(), 1)
    first = open_method(settings, None)
    first.open(base(), 1)
    own = leave_fisher(first, model, data, tmp_path / "own")
    both = leave_fisher(second, model, data, tmp_path / "both")
    assert_close(both, {name: one + 2.0 for name, one in own.items()})


def test_an_example_without_target_tells_ewc_nothing(tmp_path):
    method = open_method(replace(SETTINGS, method="ewc"), None)
    model = method.open(base(), 1)
    left = leave_fisher(method, model, [{"ids": IDS, "labels": UNTAUGHT["labels"]}], tmp_path / "left")
    assert all(torch.equal(one, torch.zeros_like(one)) for one in left.values())


def test_ewc_holds_its_fisher_information_where_it_trains(tmp_path, monkeypatch):
    """`meta` stands for a GPU: it computes nothing, and nothing gets there but by being taken."""
    settings, folder = parent(tmp_path, "ewc")
    method = open_method(settings, folder)
    monkeypatch.setattr(ewc, "own_device", lambda: torch.device("meta"))
    monkeypatch.setattr(ewc, "load_file", lambda file, device: {n: t.to(device) for n, t in load_file(file).items()})
    model = method.open(base(), 1).to("meta")
    with Copies() as copies:
        assert penalty(method, model).device.type == "meta"
    assert copies.seen == []


class Copies(TorchDispatchMode):
    """Sees what is taken from one device to another."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if "copy" in str(func):
            self.seen.append(func)
        return func(*args, **(kwargs or {}))


def leave_fisher(method, model, data, folder):
    folder.mkdir()

    def collate(batch):
        [one] = batch
        return {**BATCH, "input_ids": one["ids"], "labels": one["labels"]}

    method.leave(SimpleNamespace(model=model, train_dataset=data, data_collator=collate), folder)
    return load_file(folder / "fisher.safetensors")


def assert_close(found, wanted):
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        torch.testing.assert_close(found[name], one, rtol=1e-4, atol=1e-9)


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


def test_lwf_adds_the_divergence_of_the_softened_answers_to_target_tokens(tmp_path):
    settings, folder = parent(tmp_path, "lwf")
    method = open_method(replace(settings, strength=3.0), folder)
    model = method.open(base(), 1)
    taught = slice(PROMPT - 1, -1)  # What predicts the tokens after the prompt.
    before = model.eval()(**BATCH).logits[0, taught]
    nudge(model, by=0.1, seed=4)
    after = model(**BATCH).logits[0, taught]
    p, q = (one.exp() ** 0.5 / (one.exp() ** 0.5).sum(-1, keepdim=True) for one in (before, after))
    by_hand = 3.0 * 2.0**2 * (p * (p / q).log()).sum() / (IDS.shape[1] - PROMPT)
    assert penalty(method, model).item() == pytest.approx(by_hand.item(), rel=1e-4)


def test_lwf_adds_nothing_to_a_batch_without_target(tmp_path):
    settings, folder = parent(tmp_path, "lwf")
    method = open_method(settings, folder)
    model = method.open(base(), 1)
    nudge(model, by=0.1, seed=4)
    assert penalty(method, model, UNTAUGHT).item() == 0


def test_o_lora_trains_the_new_adapter_alone_and_penalises_its_overlap_with_every_earlier_one(tmp_path):
    settings, weights, earlier = replace(SETTINGS, method="o-lora", strength=0.5), None, []
    for block in (1, 2, 3):
        method = open_method(settings, weights)
        model = method.open(base(), block)
        assert all(".default." in name for name in trained_parameters(model))
        nudge(model, seed=block)
        own = [one.detach().clone() for name, one in trained_parameters(model).items() if "lora_A" in name]
        if earlier:
            overlaps = [(a @ b.T).abs().sum().item() for before in earlier for a, b in zip(before, own, strict=True)]
            assert penalty(method, model).item() == pytest.approx(0.5 * sum(overlaps), rel=1e-5)
        earlier.append(own)
        (tmp_path / "draft").mkdir()
        method.leave(SimpleNamespace(model=model), tmp_path / "draft")
        weights = tmp_path / f"{block}"
        publish(tmp_path / "draft", weights)


def test_o_lora_keeps_to_the_modules_that_its_parent_adapted(tmp_path):
    settings, folder = parent(tmp_path, "o-lora")
    with pytest.raises(Refusal, match="the parent's adapter has target_modules"):
        open_method(replace(settings, target_modules=("q_proj",)), folder)


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
