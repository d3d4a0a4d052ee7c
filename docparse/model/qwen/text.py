"""The decoder over a flat batch: transformers' weights, one matrix for q, k, v and one for gate and up.

Matrices are used as (in, out). On a CPU they are also stored so: a step multiplies few rows, which takes a third less
time with rows of the matrix side by side in memory. Either way they are the only copy; transformers' parameters become
views of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from docparse.errors import EngineUnavailable
from docparse.model.qwen.rope import Rope

if TYPE_CHECKING:
    import torch

    from docparse.model.qwen.attention import Kernel, Plan


class Layer:
    """Weights of one decoder layer."""

    def __init__(self, layer: Any) -> None:
        import torch

        attention, mlp = layer.self_attn, layer.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        self.qkv = _matrix(projections)
        self.qkv_bias = torch.cat([part.bias.data for part in projections])
        self.out = _matrix([attention.o_proj])
        self.gate_up = _matrix([mlp.gate_proj, mlp.up_proj])
        self.down = _matrix([mlp.down_proj])
        self.activation = mlp.act_fn
        self.norm_in, self.norm_mlp = layer.input_layernorm.weight, layer.post_attention_layernorm.weight


def _matrix(projections: Sequence[Any]) -> torch.Tensor:
    """Weights of these projections side by side, (in, all out)."""
    import torch

    weights = [projection.weight.data for projection in projections]
    fused = weights[0] if len(weights) == 1 else torch.cat(weights)
    matrix = fused.t().contiguous() if fused.device.type == "cpu" else fused.t()
    for projection, part in zip(projections, matrix.split([len(weight) for weight in weights], 1), strict=True):
        projection.weight.data = part.t()
    return matrix


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
        self.norm = text.norm.weight
        self.eps = config.rms_norm_eps
        self.embedding = text.embed_tokens.weight
        # A head that shares the embedding stays as it is: tokens are looked up in its rows.
        tied = model.lm_head.weight.data_ptr() == self.embedding.data_ptr()
        self.head = self.embedding.t() if tied else _matrix([model.lm_head])
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
        import torch

        cos, sin = self.rope(positions, hidden.dtype)
        tokens, turning, width = hidden.shape[0], self.heads + self.kv_heads, self.head_size
        for number, layer in enumerate(self.layers):
            qkv = torch.addmm(layer.qkv_bias, self._normed(hidden, layer.norm_in), layer.qkv).view(tokens, -1, width)
            turned = _rotate(qkv[:, :turning], cos, sin)
            seen = kernel(number, turned[:, : self.heads], turned[:, self.heads :], qkv[:, turning:], plan)
            hidden = torch.addmm(hidden, seen.reshape(tokens, -1), layer.out)
            gate, up = torch.mm(self._normed(hidden, layer.norm_mlp), layer.gate_up).chunk(2, -1)
            hidden = torch.addmm(hidden, layer.activation(gate) * up, layer.down)
        return self._normed(hidden, self.norm)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """fp32 logits (tokens, vocabulary)."""
        import torch

        return torch.mm(hidden, self.head).float()

    def _normed(self, hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import rms_norm

        return rms_norm(hidden, weight.shape, weight, self.eps)


def _rotate(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rope on (tokens, heads, head size); cos and sin are (tokens, 1, head size), sin negative in its first half."""
    import torch

    return torch.addcmul(states * cos, states.roll(states.shape[-1] // 2, -1), sin)
