"""What `bench engine` works on: random models, pages with mixed output lengths, and a born-digital text."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.model.qwen.vocabulary import Vocabulary
from docparse.schemas.page import Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGE, START, END, EOS, PAD = 5, 6, 7, 2, 0
_FIRST = 16  # tokens below are special
_MODULES = (
    "argparse",
    "collections",
    "csv",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "heapq",
    "json",
    "logging",
    "zipfile",
)

# Text and vision settings of random models; "tiny" has about 9 million parameters, the others the real shapes.
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "tiny": (
        {"vocab_size": 4096, "hidden_size": 256, "intermediate_size": 704, "num_hidden_layers": 8,
         "num_attention_heads": 8, "num_key_value_heads": 2, "initializer_range": 0.08,
         "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [4, 6, 6]}},
        {"depth": 4, "hidden_size": 128, "intermediate_size": 256, "num_heads": 4, "fullatt_block_indexes": [1, 3]},
    ),
    "3b": (
        {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36,
         "num_attention_heads": 16, "num_key_value_heads": 2,
         "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]}},
        {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16},
    ),
    "7b": (
        {"vocab_size": 152064, "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
         "num_attention_heads": 28, "num_key_value_heads": 4,
         "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]}},
        {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16},
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One page to recognise: image, prompt, how many tokens to write; `script` and `words` for drafts."""

    pixels: NDArray[np.uint8]
    prompt: list[int]
    length: int
    script: tuple[int, ...] = ()
    words: tuple[Word, ...] = ()


def random_model(shape: str, *, layers: int | None = None, seed: int = 0) -> Any:
    """A model with random weights, bf16 on a GPU where there is one, else fp32."""
    import torch
    import transformers

    text, vision = SHAPES[shape]
    text = {**text, "num_hidden_layers": layers or text["num_hidden_layers"], "max_position_embeddings": 32768}
    config = transformers.Qwen2_5_VLConfig(
        text_config={**text, "eos_token_id": EOS, "bos_token_id": 1, "pad_token_id": PAD},
        vision_config={**vision, "out_hidden_size": text["hidden_size"], "window_size": 112},
        image_token_id=IMAGE, vision_start_token_id=START, vision_end_token_id=END, video_token_id=8,
    )  # fmt: skip
    torch.manual_seed(seed)
    on_gpu = torch.cuda.is_available()
    with torch.device("cuda" if on_gpu else "cpu"):
        torch.set_default_dtype(torch.bfloat16 if on_gpu else torch.float32)
        try:
            model: Any = transformers.Qwen2_5_VLForConditionalGeneration(config)
            model.eval()
        finally:
            torch.set_default_dtype(torch.float32)
    model.generation_config.eos_token_id = None  # every contender writes the lengths it is told
    model.generation_config.pad_token_id = PAD
    return model


def mixed_items(count: int, lengths: tuple[int, int], visual: int, vocabulary: int, seed: int = 1) -> list[Item]:
    """Pages of about `visual` tokens; output lengths spread evenly on a logarithmic scale, as real pages' are.

    Evenly at any number of pages, in random order: of few random draws, the longest decide what is measured.
    """
    rng = np.random.default_rng(seed)
    low, high = math.log(lengths[0]), math.log(lengths[1])
    items = []
    for place in rng.permutation(count):
        side = math.sqrt(visual)
        rows = max(1, round(side * rng.uniform(0.8, 1.4)))
        cols = max(1, round(visual / rows))
        pixels = rng.integers(0, 256, (rows * 28, cols * 28, 3), dtype=np.uint8)
        before, after = (rng.integers(_FIRST, vocabulary, size).tolist() for size in (12, 8))
        prompt = [*before, START, *[IMAGE] * (rows * cols), END, *after]
        items.append(Item(pixels, prompt, round(math.exp(low + (high - low) * (place + 0.5) / count))))
    return items


def small_vocabulary(texts: Sequence[str], size: int) -> Vocabulary:
    """A byte-level BPE trained on the spot that splits text as Qwen's does, its first ids special."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pattern = r"""[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=[f"<|special-{number}|>" for number in range(_FIRST)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    fast: Any = PreTrainedTokenizerFast
    return Vocabulary(fast(tokenizer_object=tokenizer))


def written_items(
    items: Sequence[Item], vocabulary: int, lengths: tuple[int, int], seed: int = 2
) -> tuple[list[Item], Vocabulary]:
    """The pages with a born-digital text each (QwenVL HTML to write, words of the text layer), and its tokenizer.

    The text is documentation of Python's standard library. The layer differs from the HTML as real ones do: words are
    broken at line ends, and it holds a running header and a page number that the HTML leaves out.
    """
    rng = random.Random(seed)
    paragraphs = _paragraphs()
    pages = [_page(rng, paragraphs, lengths[1] * 5) for _ in items]
    tokenizer = small_vocabulary([html for html, _ in pages], min(vocabulary, 8192))
    found = []
    for item, (html, words) in zip(items, pages, strict=True):
        script = tuple(tokenizer.encode(html)[: lengths[1]])
        found.append(Item(item.pixels, item.prompt, len(script), script, words))
    return found, tokenizer


def _paragraphs() -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for name in _MODULES:
        module = __import__(name)
        for value in [module, *vars(module).values()]:
            for text in (inspect.getdoc(value) or "").split("\n\n"):
                words = text.split()
                if 12 <= len(words) <= 90 and not text.startswith((">>>", " ")):
                    found.setdefault(" ".join(words), words)
    return list(found.values())


def _page(rng: random.Random, paragraphs: list[list[str]], chars: int) -> tuple[str, tuple[Word, ...]]:
    html, layer, top = "<html><body>\n", ["Library", "reference", "3.11"], 90
    while len(html) < chars:
        words = rng.choice(paragraphs)
        tag = "h2" if rng.random() < 0.15 else "p"
        words = words[:7] if tag == "h2" else words
        bottom = top + 22 * (1 + len(words) // 12)
        box = f"{rng.choice((88, 88, 88, 104))} {top} {rng.randint(700, 760)} {bottom}"
        html += f'<{tag} data-bbox="{box}">{" ".join(words)}</{tag}>\n'
        top = bottom + 18
        for number, word in enumerate(words):
            broken = number % 12 == 11 and len(word) > 6 and rng.random() < 0.4
            layer += [word[:4] + "-", word[4:]] if broken else [word]
    layer.append(str(rng.randint(1, 400)))
    return html, tuple(Word(word, (0.0, 0.0, 1.0, 1.0)) for word in layer)
