"""A byte-level BPE of a few hundred tokens with Qwen2.5-VL's special tokens, and a random checkpoint that uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from random_model import small_model
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    "<|video_pad|>",
]  # fmt: skip
TEXT = [
    '<html><body>\n<h1 data-bbox="88 90 700 120">The annual report of the company</h1>\n',
    '<p data-bbox="88 140 702 200">The quick brown fox jumps over the lazy dog, and does not mind at all.</p>\n',
    "<table><tr><td>Total</td><td>12</td></tr><tr><td>Other income</td><td>7</td></tr></table>\n</body></html>",
    "Größe und Übermaß: 日本語の文書、それは表です。",
]
_PATTERN = r"""[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""


def small_tokenizer() -> Any:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(_PATTERN), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=420, show_progress=False, special_tokens=SPECIAL, initial_alphabet=alphabet
    )
    tokenizer.train_from_iterator(TEXT * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", extra_special_tokens=SPECIAL[3:]
    )


def save_checkpoint(folder: Path) -> Path:
    tokenizer = small_tokenizer()
    ids = dict(zip(SPECIAL, tokenizer.convert_tokens_to_ids(SPECIAL), strict=True))
    model = small_model(3, vocab_size=len(tokenizer) + 5, eos_token_id=ids["<|im_end|>"])
    config = model.config
    config.image_token_id, config.video_token_id = ids["<|image_pad|>"], ids["<|video_pad|>"]
    config.vision_start_token_id, config.vision_end_token_id = ids["<|vision_start|>"], ids["<|vision_end|>"]
    model.generation_config.eos_token_id = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
