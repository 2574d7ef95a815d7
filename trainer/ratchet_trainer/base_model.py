"""The model that every lineage starts from, with its tokenizer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from .protocol import Job, Refusal
from .tiny_model import make_tiny_model, make_tiny_tokenizer

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

COMMIT = re.compile(r"[0-9a-f]{40}")
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}


def load_tokenizer(job: Job, settings: Hyperparameters) -> Any:
    """With a padding token; needs no weights."""
    if _is_tiny(job, settings):
        return make_tiny_tokenizer(job.tools)
    tokenizer = AutoTokenizer.from_pretrained(**locate_base(job, settings))
    if tokenizer.chat_template is None:
        raise Refusal(f"{settings.model} has no chat template: take an instruction-tuned model")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = _choose_padding(tokenizer)
    return tokenizer


def load_base(job: Job, settings: Hyperparameters, tokenizer: Any, gpus: int = 1) -> Any:
    """
    On the GPU of this process where there is one, or beside it where it will be sharded. With several `gpus`: layer
    after layer on the first so many. What full fine-tuning left is loaded in the base's place, of which nothing would
    be kept.
    """
    quantized = _quantize(settings)
    left = job.weights if settings.tuning == "full" else None
    if _is_tiny(job, settings) and left is None:
        model = make_tiny_model(len(tokenizer), quantized)
    else:
        options = {
            **(locate_base(job, settings) if left is None else {"pretrained_model_name_or_path": str(left)}),
            "dtype": DTYPES[settings.precision],
            "attn_implementation": settings.attention,
            **quantized,
        }
        model = _spread(options, gpus) if gpus > 1 else _place(options, _first_device(settings))
    if job.base or left:  # Where the weights lie in this job says nothing; an export names where they come from.
        model.name_or_path = model.config._name_or_path = "" if job.base else settings.model
    model.config.use_cache = False
    return model


def _place(options: dict[str, Any], device: torch.device) -> Any:
    return AutoModelForCausalLM.from_pretrained(**options, device_map={"": device})


def _spread(options: dict[str, Any], gpus: int) -> Any:
    """Transformers would leave on the disk what does not fit, and be slow: that is too little memory here."""
    free = {one: torch.cuda.mem_get_info(one)[0] for one in range(gpus)}
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(**options, device_map="auto", max_memory=free)
    except ValueError as error:
        if "on the CPU or the disk" not in str(error):  # Of 4-bit weights.
            raise
    else:
        if "disk" not in model.hf_device_map.values():
            return model
    raise torch.cuda.OutOfMemoryError(f"CUDA out of memory: the base does not fit the {gpus} GPUs of this pod together")


def own_device() -> torch.device:
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")


def _first_device(settings: Hyperparameters) -> torch.device:
    """What FSDP shards need not fit one GPU; bitsandbytes quantizes on a GPU alone."""
    return torch.device("cpu") if settings.parallel == "fsdp" and settings.tuning != "qlora" else own_device()


def _quantize(settings: Hyperparameters) -> dict[str, Any]:
    if settings.tuning != "qlora":
        return {}
    # FSDP shards floating point alone: there 4-bit weights lie in the compute's type, bit for bit the same.
    storage = DTYPES[settings.precision] if settings.parallel == "fsdp" else torch.uint8
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=DTYPES[settings.precision],
        bnb_4bit_quant_storage=storage,
    )
    return {"quantization_config": config}


def _is_tiny(job: Job, settings: Hyperparameters) -> bool:
    return job.base is None and settings.model == "tiny"


def locate_base(job: Job, settings: Hyperparameters) -> dict[str, Any]:
    """A folder that is there, or a hub id with its commit: a name alone may mean other weights tomorrow."""
    folder = job.base or Path(settings.model)
    if folder.is_dir():
        return {"pretrained_model_name_or_path": str(folder)}
    if not settings.revision or not COMMIT.fullmatch(settings.revision):
        raise Refusal(f"model {settings.model} is no folder: a hub id needs its commit, 40 hex digits, as revision")
    return {"pretrained_model_name_or_path": settings.model, "revision": settings.revision}


def _choose_padding(tokenizer: Any) -> str:
    """Never the end of a turn, which would then carry no loss, nor a piece of a word that text may hold."""
    added = tokenizer.get_added_vocab()
    reserved = [token for token in added if "pad" in token.lower() or "reserved" in token.lower()]
    return min(reserved, key=lambda token: added[token]) if reserved else tokenizer.eos_token
