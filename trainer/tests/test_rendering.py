"""Masks, truncation and templates against hand-worked cases."""

from dataclasses import replace

import pytest

from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Refusal
from ratchet_trainer.rendering import NO_LOSS, Renderer
from ratchet_trainer.tiny_model import make_tiny_tokenizer

from .samples import TOOLS, example

TOKENIZER = make_tiny_tokenizer(TOOLS)
SETTINGS = read_hyperparameters({"recipe": "tiny"})


def renderer(**changes):
    return Renderer(TOKENIZER, TOOLS, replace(SETTINGS, **changes))


def text_of(tokens):
    return TOKENIZER.decode(tokens)


SIGNATURES = (
    "GetWeather(city: string, days: integer): Weather of a city on a day.\nBookHotel(id: string): Books a hotel."
)


def test_the_prompt_is_the_template_of_the_dialogue_with_the_tools_and_the_assistants_header():
    assert text_of(renderer().render(example()).prompt) == (
        f"<s><|system|>Answer with calls.\n{SIGNATURES}</s><|user|>Book the hotel HT1.</s><|assistant|>"
    )


def test_earlier_calls_and_results_stand_in_the_prompt_as_text():
    prompt = text_of(renderer().render(example(turns=2)).prompt)
    assert (
        "<|user|>Weather in town 1?</s><|assistant|>[GetWeather(city='town 1', days=1)]</s>"
        '<|user|>API-Response: {"sky": "grey"}</s><|assistant|>Grey, in town 1.</s>'
    ) in prompt


def test_the_trained_tokens_are_exactly_the_targets_and_the_end_of_its_turn():
    item = renderer().render(example(turns=2)).training()
    trained = [token for token, label in zip(item["input_ids"], item["labels"], strict=True) if label != NO_LOSS]
    assert text_of(trained) == "[BookHotel(id='HT1')]</s>"
    assert [label for label in item["labels"] if label != NO_LOSS] == trained
    assert item["labels"][-len(trained) :] == trained


def test_there_is_one_beginning_of_text():
    assert renderer().render(example(turns=3)).prompt.count(TOKENIZER.bos_token_id) == 1


def test_kept_and_stripped_prompts_differ_in_the_trace_alone():
    kept = text_of(renderer().render(example(turns=2)).prompt)
    stripped = text_of(renderer().render(example(turns=2, trace=False)).prompt)
    trace = '<|assistant|>[GetWeather(city=\'town 1\', days=1)]</s><|user|>API-Response: {"sky": "grey"}</s>'
    assert kept.replace(trace, "") == stripped


def test_long_prompts_lose_their_oldest_turns_and_never_the_target_or_the_header():
    whole, short = renderer().render(example(turns=4)), renderer().render(example(turns=2))
    cut = renderer(max_tokens=whole.tokens - 1).render(example(turns=4))
    assert (cut.turns_lost, cut.target) == (1, whole.target)
    assert "town 1" not in text_of(cut.prompt)
    assert text_of(cut.prompt).endswith("<|user|>Book the hotel HT1.</s><|assistant|>")
    assert text_of(cut.prompt).startswith("<s><|system|>Answer with calls.")
    assert short.tokens < cut.tokens < whole.tokens


def test_an_example_that_cannot_be_made_to_fit_is_dropped_and_never_trained_on_nothing():
    least = renderer().render(example())
    assert renderer(max_tokens=least.tokens).render(example(turns=3)).turns_lost == 2
    assert renderer(max_tokens=least.tokens - 1).render(example(turns=3)).dropped


def test_a_prompt_whose_last_turn_alone_is_too_long_keeps_its_end_behind_one_beginning():
    prompt = renderer(max_prompt_tokens=12).render_prompt(example(turns=3))
    assert len(prompt.prompt) == 12
    assert [place for place, token in enumerate(prompt.prompt) if token == TOKENIZER.bos_token_id] == [0]
    assert text_of(prompt.prompt).endswith("</s><|assistant|>")


def test_as_published_the_cut_is_at_the_right_and_takes_the_header_behind_two_beginnings():
    published = renderer(truncation="right", second_bos=True, max_prompt_tokens=20)
    whole = renderer().render(example(turns=3)).prompt
    prompt = published.render_prompt(example(turns=3))
    assert prompt.prompt == [TOKENIZER.bos_token_id, *whole[:19]]
    assert prompt.cut


def test_as_published_a_target_loses_its_end_and_then_all_of_it_and_is_trained_on_all_the_same():
    whole = renderer().render(example(turns=3))
    limit = len(whole.prompt)
    part = renderer(truncation="right", max_tokens=limit + 2).render(example(turns=3))
    assert (part.prompt, part.target, part.cut) == (whole.prompt, whole.target[:2], True)
    none = renderer(truncation="right", max_tokens=limit - 3).render(example(turns=3))
    assert (none.prompt, none.dropped, none.cut) == (whole.prompt[: limit - 3], False, True)
    assert set(none.training()["labels"]) == {NO_LOSS}
    assert not renderer(truncation="right", max_tokens=whole.tokens).render(example(turns=3)).cut


def test_the_published_recipe_is_the_corrected_one_but_for_its_faults():
    corrected, published = (
        read_hyperparameters({"recipe": recipe})
        for recipe in ("trajectory-supervision", "trajectory-supervision-as-published")
    )
    faults = {"truncation": "right", "second_bos": True}
    assert published == replace(corrected, recipe=published.recipe, **faults)
    assert (corrected.max_tokens, corrected.max_prompt_tokens, corrected.max_new_tokens) == (1024, 896, 128)


@pytest.mark.parametrize("turns", [1, 2, 5])
def test_token_counts_are_those_of_the_tokenizer_on_the_whole_text(turns):
    rendered = renderer(max_tokens=4096).render(example(turns=turns))
    text = text_of(rendered.prompt) + "[BookHotel(id='HT1')]</s>"
    assert rendered.tokens == len(TOKENIZER(text, add_special_tokens=False).input_ids)


def test_a_template_that_refuses_is_told_with_what_would_help():
    strict = make_tiny_tokenizer(TOOLS)
    strict.chat_template = "{% if messages[0].role == 'system' %}{{ raise_exception('No system role') }}{% endif %}"
    with pytest.raises(Refusal, match=r"calls: .* refuses example e-1: No system role; .* take callFormat native"):
        Renderer(strict, TOOLS, SETTINGS).render(example())


def test_a_completion_is_learned_word_for_word():
    said = {**example(), "target": [], "completion": "I am sorry."}
    assert text_of(renderer().render(said).target) == "I am sorry.</s>"


ANSWER = "Answer with the next API call, as [ApiName(param1='value1', param2='value2')]."
TRACE = "API-Request: [Get(a='1')]->one\n"


def published_example(trace: str = TRACE):
    """As source paper-1 renders it: a dialogue as one text, no tools, the output word for word."""
    text = f"User: Hi\n{trace}AI: One.\nUser: And two?\n"
    messages = [{"role": "system", "content": ANSWER}, {"role": "user", "content": text}]
    return {"messages": messages, "tools": [], "target": [], "completion": "API-Request: [Get(a='2')]"}


def test_the_published_prompt_is_the_call_format_and_the_dialogues_text():
    rendered = renderer(truncation="right").render(published_example())
    assert text_of(rendered.prompt) == (
        f"<s><|system|>{ANSWER}</s><|user|>User: Hi\n{TRACE}AI: One.\nUser: And two?\n</s><|assistant|>"
    )
    assert text_of(rendered.target) == "API-Request: [Get(a='2')]</s>"


def test_the_published_conditions_differ_in_the_trace_lines_alone_and_in_no_token_of_the_target():
    kept, stripped = (renderer(truncation="right").render(published_example(trace)) for trace in (TRACE, ""))
    assert text_of(kept.prompt).replace(TRACE, "") == text_of(stripped.prompt)
    assert kept.target == stripped.target


def test_token_counts_are_those_of_an_independent_count():
    rendered = renderer(truncation="right").render(published_example())
    text = text_of(rendered.prompt) + text_of(rendered.target)
    assert rendered.tokens == len(TOKENIZER.backend_tokenizer.encode(text, add_special_tokens=False).ids)
