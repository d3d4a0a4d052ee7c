"""The tiny checkpoint as two GGUF files, as llama.cpp's server reads them: the text model and its vision part.

Names of fields and tensors are llama.cpp's for the architecture `qwen2vl` and the projector `qwen2.5vl_merger`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.torch import load_file

TEXT = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
VISION = {
    "attn.proj": "attn_out", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "norm1": "ln1", "norm2": "ln2",
}  # fmt: skip
MERGER = {"ln_q": "v.post_ln", "mlp.0": "mm.0", "mlp.2": "mm.2"}


def write(source: Path, folder: Path) -> tuple[Path, Path]:
    """(text model, vision part), in fp32."""
    config = json.loads((source / "config.json").read_text())
    weights = {name: value.float().numpy() for name, value in load_file(source / "model.safetensors").items()}
    text, vision = folder / "model.gguf", folder / "mmproj.gguf"
    writer = gguf.GGUFWriter(text, "qwen2vl")
    _text_fields(writer, config["text_config"])
    _vocabulary(writer, source, config["text_config"])
    _finish(writer, dict(_text_tensors(weights)))
    writer = gguf.GGUFWriter(vision, "clip")
    _vision_fields(writer, config, json.loads((source / "preprocessor_config.json").read_text()))
    _finish(writer, dict(_vision_tensors(weights)))
    return text, vision


def _finish(writer: Any, tensors: dict[str, Any]) -> None:
    for name, value in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(value))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _text_fields(writer: Any, text: dict[str, Any]) -> None:
    writer.add_block_count(text["num_hidden_layers"])
    writer.add_context_length(text["max_position_embeddings"])
    writer.add_embedding_length(text["hidden_size"])
    writer.add_feed_forward_length(text["intermediate_size"])
    writer.add_head_count(text["num_attention_heads"])
    writer.add_head_count_kv(text["num_key_value_heads"])
    writer.add_rope_freq_base(text["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_sections([*text["rope_parameters"]["mrope_section"], 0])
    writer.add_layer_norm_rms_eps(text["rms_norm_eps"])
    writer.add_file_type(0)


def _vocabulary(writer: Any, source: Path, text: dict[str, Any]) -> None:
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    names = {number: name for name, number in tokenizer["model"]["vocab"].items()}
    special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    numbers = range(text["vocab_size"])
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([special.get(n) or names.get(n, f"[PAD{n}]") for n in numbers])
    writer.add_token_types(
        [kinds.CONTROL if n in special else kinds.NORMAL if n in names else kinds.UNUSED for n in numbers]
    )
    merges = tokenizer["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(text["eos_token_id"])
    writer.add_bos_token_id(text["bos_token_id"])
    writer.add_pad_token_id(text["pad_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template((source / "chat_template.jinja").read_text())


def _text_tensors(weights: dict[str, Any]) -> Any:
    yield "token_embd.weight", weights["model.embed_tokens.weight"]
    yield "output_norm.weight", weights["model.norm.weight"]
    for name, value in weights.items():
        if name.startswith("model.layers."):
            _, _, layer, *inner, kind = name.split(".")
            yield f"blk.{layer}.{TEXT['.'.join(inner)]}.{kind}", value


def _vision_fields(writer: Any, config: dict[str, Any], pixels: dict[str, Any]) -> None:
    vision = config["vision_config"]
    writer.add_type("mmproj")
    writer.add_file_type(0)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("qwen2.5vl_merger")
    writer.add_vision_use_silu(True)
    writer.add_vision_image_size(560)
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_embedding_length(vision["hidden_size"])
    writer.add_vision_feed_forward_length(vision["intermediate_size"])
    writer.add_vision_block_count(vision["depth"])
    writer.add_vision_head_count(vision["num_heads"])
    writer.add_vision_projection_dim(config["text_config"]["hidden_size"])
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_image_mean(pixels["image_mean"])
    writer.add_vision_image_std(pixels["image_std"])
    writer.add_vision_n_wa_pattern(vision["fullatt_block_indexes"][0] + 1)
    writer.add_vision_spatial_merge_size(vision["spatial_merge_size"])
    writer.add_uint32("clip.vision.window_size", vision["window_size"])


def _vision_tensors(weights: dict[str, Any]) -> Any:
    patches = weights["visual.patch_embed.proj.weight"]
    yield "v.patch_embd.weight", patches[:, :, 0]
    yield "v.patch_embd.weight.1", patches[:, :, 1]
    for name, value in weights.items():
        _, _, *inner, kind = name.split(".")
        if name.startswith("visual.merger."):
            yield f"{MERGER['.'.join(inner)]}.{kind}", value
        elif name.startswith("visual.blocks.") and inner[1:] == ["attn", "qkv"]:
            for letter, third in zip("qkv", np.split(value, 3), strict=True):
                yield f"v.blk.{inner[0]}.attn_{letter}.{kind}", third
        elif name.startswith("visual.blocks."):
            yield f"v.blk.{inner[0]}.{VISION['.'.join(inner[1:])]}.{kind}", value
