"""The decoder over a flat batch: transformers' weights, one matrix for q, k, v and one for gate and up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docparse.errors import EngineUnavailable
from docparse.model.qwen.rope import Rope

if TYPE_CHECKING:
    import torch

    from docparse.model.qwen.attention import Kernel, Plan


class Layer:
    """Weights of one decoder layer. Fused matrices own the memory; transformers' parameters become views of them."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        self.qkv = _fuse([part.weight for part in projections])
        self.qkv_bias = _fuse([part.bias for part in projections])
        self.out = attention.o_proj.weight
        self.gate_up = _fuse([mlp.gate_proj.weight, mlp.up_proj.weight])
        self.down = mlp.down_proj.weight
        self.activation = mlp.act_fn
        self.norm_in, self.norm_mlp = layer.input_layernorm, layer.post_attention_layernorm


def _fuse(parameters: list[Any]) -> torch.Tensor:
    import torch

    fused = torch.cat([parameter.data for parameter in parameters])
    for parameter, part in zip(
        parameters, torch.split(fused, [len(parameter) for parameter in parameters]), strict=True
    ):
        parameter.data = part
    return fused


class Decoder:
    """`Qwen2_5_VLTextModel` and the language head of a loaded model, for inference.

    Raises EngineUnavailable for a config with sliding windows or an unknown kind of rope.
    """

    def __init__(self, model: Any) -> None:
        text = model.model.language_model
        config = text.config
        if "sliding_attention" in config.layer_types:
            raise EngineUnavailable(
                "sliding-window attention is not supported", user_action="Use a checkpoint without use_sliding_window."
            )
        self.layers = [Layer(layer) for layer in text.layers]
        self.norm = text.norm
        self.eps = config.rms_norm_eps
        self.embedding = text.embed_tokens.weight
        self.head = model.lm_head.weight
        self.rope = Rope(text.rotary_emb)
        self.heads = config.num_attention_heads
        self.kv_heads = config.num_key_value_heads
        self.head_size = config.hidden_size // config.num_attention_heads
        self.hidden_size = config.hidden_size
        self.vocabulary = config.vocab_size

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        import torch

        return torch.nn.functional.embedding(ids, self.embedding)

    def __call__(self, hidden: torch.Tensor, positions: torch.Tensor, kernel: Kernel, plan: Plan) -> torch.Tensor:
        """Last hidden states (tokens, hidden) of embeddings (tokens, hidden) at `positions` (3, tokens)."""
        from torch.nn.functional import linear

        cos, sin = self.rope(positions, hidden.dtype)
        tokens, turning = hidden.shape[0], self.heads + self.kv_heads
        for number, layer in enumerate(self.layers):
            qkv = linear(self._normed(hidden, layer.norm_in), layer.qkv, layer.qkv_bias)
            qkv = qkv.view(tokens, turning + self.kv_heads, self.head_size)
            turned = _rotate(qkv[:, :turning], cos, sin)
            seen = kernel(number, turned[:, : self.heads], turned[:, self.heads :], qkv[:, turning:], plan)
            hidden = hidden + linear(seen.reshape(tokens, -1), layer.out)
            gate, up = linear(self._normed(hidden, layer.norm_mlp), layer.gate_up).chunk(2, -1)
            hidden = hidden + linear(layer.activation(gate) * up, layer.down)
        return self._normed(hidden, self.norm)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """fp32 logits (tokens, vocabulary)."""
        from torch.nn.functional import linear

        return linear(hidden, self.head).float()

    def _normed(self, hidden: torch.Tensor, norm: Any) -> torch.Tensor:
        wide = hidden.float()
        wide = wide * (wide.pow(2).mean(-1, keepdim=True) + self.eps).rsqrt()
        result: torch.Tensor = norm.weight * wide.to(hidden.dtype)
        return result


def _rotate(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rope on (tokens, heads, head size); cos and sin are (tokens, 1, head size / 2)."""
    import torch

    first, second = states.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)
