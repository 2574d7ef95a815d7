"""Models' own tool formats, by the chat templates that they ship with."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import trl

from ratchet_trainer.call_text import format_calls, from_native
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Refusal
from ratchet_trainer.rendering import Renderer
from ratchet_trainer.template_date import DATE
from ratchet_trainer.tiny_model import make_tiny_tokenizer

from .samples import TOOLS, call, example

NATIVE = replace(read_hyperparameters({"recipe": "tiny"}), call_format="native", max_tokens=8192)
TEMPLATES = Path(trl.__file__).parent / "chat_templates"
DATED = {"llama3_2": "26 Jul 2024", "gptoss": "2024-07-26"}
ENDS = {"llama3_1": "<|eot_id|>", "qwen2_5": "<|im_end|>", "qwen3": "<|im_end|>"}
SAID = {
    "llama3_1": '{"name": "BookHotel", "parameters": {"id": "HT1"}}',
    "qwen2_5": '<tool_call>\n{"name": "BookHotel", "arguments": {"id": "HT1"}}\n</tool_call>',
    "qwen3": '<think>\n\n</think>\n\n<tool_call>\n{"name": "BookHotel", "arguments": {"id": "HT1"}}\n</tool_call>',
}


def tokenizer(name):
    made = make_tiny_tokenizer(TOOLS)
    made.chat_template = (TEMPLATES / f"{name}.jinja").read_text()
    made.add_special_tokens({"eos_token": ENDS.get(name, "<|end|>"), "bos_token": "<|begin_of_text|>"})
    return made


@pytest.fixture(params=ENDS)
def known(request):
    made = tokenizer(request.param)
    return request.param, made, Renderer(made, TOOLS, NATIVE)


def test_prompts_describe_the_tools_and_show_earlier_calls_and_results(known):
    name, made, renderer = known
    prompt = made.decode(renderer.render(example(turns=2)).prompt)
    for tool in TOOLS.values():
        assert tool["function"]["description"] in prompt
    key = "parameters" if name == "llama3_1" else "arguments"
    assert f'{{"name": "GetWeather", "{key}": {{"city": "town 1", "days": 1}}}}' in prompt
    assert "grey" in prompt
    assert "Answer with calls." in prompt
    assert prompt.endswith("assistant\n" if name != "llama3_1" else "assistant<|end_header_id|>\n\n")


def test_the_target_is_what_the_template_makes_of_the_answer_and_the_end_of_its_turn(known):
    name, made, renderer = known
    rendered = renderer.render(example(turns=2))
    assert made.decode(rendered.target) == SAID[name] + ENDS[name]
    assert rendered.target[-1] == made.eos_token_id
    assert made.eos_token_id not in rendered.target[:-1]


def test_what_a_model_says_so_is_read_back_to_the_calls(known):
    _, made, renderer = known
    said = made.decode(renderer.render_target(example()), skip_special_tokens=True)
    assert from_native(said) == format_calls(example()["target"])


def test_prompts_as_predicted_are_those_that_were_trained_on(known):
    _, _, renderer = known
    prompt = {key: value for key, value in example(turns=3).items() if key != "target"}
    wide = Renderer(known[1], TOOLS, replace(NATIVE, max_prompt_tokens=8192))
    assert wide.render_prompt(prompt).prompt == renderer.render(example(turns=3)).prompt


def test_several_calls_in_one_turn_go_where_the_template_takes_them():
    two = {**example(), "target": [call("BookHotel", id="HT1"), call("GetWeather", city="Oslo", days=2)]}
    made = tokenizer("qwen2_5")
    said = made.decode(Renderer(made, TOOLS, NATIVE).render_target(two), skip_special_tokens=True)
    assert from_native(said) == format_calls(two["target"])
    with pytest.raises(Refusal, match=r"refuses example e-1: This model only supports single tool-calls at once!"):
        Renderer(tokenizer("llama3_1"), TOOLS, NATIVE).render_target(two)


@pytest.mark.parametrize("name", DATED)
def test_a_template_that_tells_the_date_tells_the_same_one_on_every_day(name):
    made = tokenizer(name)
    assert "strftime_now" in made.chat_template
    text = made.decode(Renderer(made, TOOLS, replace(NATIVE, call_format="calls")).render(example()).prompt)
    assert DATED[name] in text
    assert str(datetime.now().year) not in text


def test_every_part_of_a_date_stands_still():
    made = tokenizer("qwen3")
    parts = "%a %A %d %b %B %m %y %Y %H:%M:%S %I %p %j"
    made.chat_template = f"{{{{ strftime_now('{parts}') }}}}"
    assert made.decode(Renderer(made, TOOLS, NATIVE).render(example()).prompt) == DATE.strftime(parts)
