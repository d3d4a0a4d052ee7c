"""A network's layers in 8-bit integers, where the processor multiplies four of them at once: under half the time.

Post-training quantization (Jacob et al. 2018): weights have a scale for each of their outputs, a layer's input has one
scale, which `scripts/make_quantization` found on made scans: the one that costs least, for few values are far out. What
the rounding of its weights adds to a layer's outputs on the average is taken off again (Nagel et al. 2019).
Depthwise convolutions, sums and activations stay in floating point: around them it costs more than it saves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scale = tuple[float, int]  # the step from level to level, and which level is zero
_LEVELS = 256  # of an input; weights have one less, as many on both sides of zero
_MOST = _LEVELS // 2 - 1
_VNNI = {"avx512_vnni", "avx_vnni"}  # others add up products in 16 bits, which overflow
_TILES = "amx_bf16"
_LEAST = 1e-8  # of a scale: an output may have no weights but zeros


class Given(NamedTuple):
    """What a layer's input is like: its scale, and the mean of each channel, of shape (channels,)."""

    scale: Scale
    means: NDArray[np.float32]


def given(path: Path) -> dict[str, Given]:
    """What the layers of a network's file are given, by their names; nothing where it is not the file that was measured
    or the processor is no faster in 8 bits."""
    return known(path) if _is_quicker() else {}


def known(path: Path) -> dict[str, Given]:
    """What was measured of a network's file."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with resources.files(__package__).joinpath("quantization.npz").open("rb") as file, np.load(file) as data:
        if sha256 != str(data["sha256"]):
            return {}
        names, scales = data["names"].tolist(), zip(data["steps"].tolist(), data["zeros"].tolist(), strict=True)
        means = np.split(data["means"].astype(np.float32), np.cumsum(data["channels"])[:-1])
        layers = map(Given, scales, means)
        return dict(zip(names, layers, strict=True))


def keep(file: Path, path: Path, measured: Mapping[str, Given]) -> None:
    """Write what was measured of the network `path`, for `known`."""
    np.savez_compressed(
        file,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        names=np.array(list(measured)),
        steps=np.array([layer.scale[0] for layer in measured.values()]),
        zeros=np.array([layer.scale[1] for layer in measured.values()]),
        channels=np.array([len(layer.means) for layer in measured.values()]),
        means=np.concatenate([layer.means for layer in measured.values()]).astype(np.float16),
    )


def _is_quicker() -> bool:
    """As Linux says; on other systems networks run in floating point.

    So they do where the processor has tiles of bfloat16 (AMX), which OpenVINO uses of itself: they take no longer there
    than in 8 bits, and neither is the network loaded twice nor anything read twice.
    """
    flags = _processor_flags()
    return not _VNNI.isdisjoint(flags) and _TILES not in flags


def _processor_flags() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return set()
    return set(next((line for line in text.splitlines() if line.startswith("flags")), "").split())


def layers(model: Any) -> Iterator[Any]:
    """The convolutions and matrix products by constants of an OpenVINO model, in its order."""
    for node in model.get_ordered_ops():
        if node.get_type_name() in ("Convolution", "MatMul") and _weights(node) is not None:
            yield node


def quantize(model: Any, given: Mapping[str, Given]) -> None:
    """Change those of the model's layers (`layers`) to 8 bits that are named. OpenVINO does the rest."""
    from openvino import opset13

    def rounded(source: Any, low: NDArray[np.float32], high: NDArray[np.float32], levels: int) -> Any:
        ends = [opset13.constant(low), opset13.constant(high)]
        return opset13.fake_quantize(source, *ends, *ends, levels).output(0)

    for node in [node for node in layers(model) if node.get_friendly_name() in given]:
        (step, zero), means = given[node.get_friendly_name()]
        weights, after = _weights(node), node.output(0).get_target_inputs()
        assert weights is not None
        low, high = (np.full([1] * weights.ndim, step * level, np.float32) for level in (-zero, _LEVELS - 1 - zero))
        node.input(0).replace_source_output(rounded(node.input_value(0), low, high, _LEVELS))
        most = np.maximum(_largest(node, weights), _LEAST)
        node.input(1).replace_source_output(rounded(opset13.constant(weights), -most, most, _LEVELS - 1))
        kept = np.asarray(np.round(weights / most * _MOST) / _MOST * most, np.float32)
        corrected = opset13.add(node.output(0), opset13.constant(_shift(node, means, weights - kept))).output(0)
        for target in after:
            target.replace_source_output(corrected)
    model.validate_nodes_and_infer_types()


def best_scale(values: NDArray[np.float32], low: float, high: float) -> Scale:
    """The scale over a part of `low` to `high` (or of zero to `high`) at which `values` lose least."""
    choices = []
    for part in np.arange(1.0, 0.25, -0.05):
        start = min(0.0, low * part)
        step = (high * part - start) / (_LEVELS - 1)
        zero = round(-start / step)
        levels = np.clip(np.round(values / step), -zero, _LEVELS - 1 - zero)
        choices.append((float(np.square(levels * step - values).mean()), float(step), zero))
    return min(choices)[1:]


def _weights(node: Any) -> NDArray[np.float32] | None:
    source = node.input_value(1).get_node()
    while source.get_type_name() == "Identity":
        source = source.input_value(0).get_node()
    return np.array(source.data, np.float32) if source.get_type_name() == "Constant" else None


def _largest(node: Any, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest weight of each output, in the shape of the weights."""
    if node.get_type_name() == "Convolution":
        axes: tuple[int, ...] = tuple(range(1, weights.ndim))
    else:
        axes = (weights.ndim - 1 if node.get_attributes()["transpose_b"] else weights.ndim - 2,)
    largest: NDArray[np.float32] = np.abs(weights).max(axis=axes, keepdims=True)
    return largest


def _shift(node: Any, means: NDArray[np.float32], lost: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the outputs lack on the average where the weights lack so much, in a shape to be added."""
    if node.get_type_name() == "Convolution":
        shift: NDArray[np.float32] = (lost.sum(axis=(2, 3)) @ means).reshape(1, -1, 1, 1)
        return shift
    return np.asarray(lost @ means if node.get_attributes()["transpose_b"] else means @ lost, np.float32)
