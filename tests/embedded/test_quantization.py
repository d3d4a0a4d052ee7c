"""Layers in 8-bit integers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docparse.model.embedded import inference, ocr_rapid, quantization
from docparse.model.embedded.inference import Model, load_model, model_path
from docparse.model.embedded.ocr_decode import Decoder
from docparse.model.embedded.ocr_detect import TextBox

openvino = pytest.importorskip("openvino")


def test_scale_keeps_most_values_and_lets_few_go() -> None:
    values = np.concatenate([np.linspace(0, 1, 500_000), [3.0]]).astype(np.float32)
    step, zero = quantization.best_scale(values, 0.0, 3.0)
    assert zero == 0
    assert 1.0 <= 255 * step < 2.5


def test_scale_has_a_level_for_zero() -> None:
    values = np.linspace(-0.17, 4.5, 10_000).astype(np.float32)
    step, zero = quantization.best_scale(values, -0.17, 4.5)
    assert zero == 9
    assert -zero * step == pytest.approx(-0.17, abs=step)
    assert (255 - zero) * step == pytest.approx(4.5, abs=step)


def test_scale_goes_around_an_even_spread() -> None:
    step, zero = quantization.best_scale(np.linspace(-2, 2, 10_000).astype(np.float32), -2.0, 2.0)
    assert zero in (127, 128)
    assert step == pytest.approx(4 / 255)


def _network() -> Any:
    """Two layers, one by constants and one that multiplies its own input."""
    opset = openvino.opset13
    source = opset.parameter([1, 2, 4, 4], np.float32)
    weights = np.array([[1.0, -0.5], [100.0, 25.0]], np.float32).reshape(2, 2, 1, 1)
    layer = opset.convolution(source, opset.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1], name="Conv.0")
    return openvino.Model([opset.matmul(layer, layer, False, True)], [source], "two")


_GIVEN = {"Conv.0": quantization.Given((1 / 255, 0), np.full(2, 0.5, np.float32))}


def _out(model: Any, batch: Any) -> Any:
    request = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    request.infer([batch])
    return request.get_output_tensor(0).data.copy()


def test_only_layers_with_constant_weights_are_changed() -> None:
    model = _network()
    assert [node.get_type_name() for node in quantization.layers(model)] == ["Convolution"]
    quantization.quantize(model, _GIVEN)
    kinds = [node.get_type_name() for node in model.get_ops()]
    assert kinds.count("FakeQuantize") == 2  # its input and its weights


def test_each_output_has_a_scale_of_its_own() -> None:
    """With one for all weights, those of the first output would be one level of the second's."""
    batch = np.random.default_rng(3).random((1, 2, 4, 4), np.float32)
    model = _network()
    quantization.quantize(model, _GIVEN)
    assert _out(model, batch)[0, 0] == pytest.approx(_out(_network(), batch)[0, 0], abs=0.05)


@pytest.mark.parametrize("transposed", [False, True])
def test_what_rounded_weights_lack_on_the_average_is_added(transposed: bool) -> None:
    """All weights but one are rounded down by almost half a level: the output would be too small by 0.7."""
    opset = openvino.opset13
    weights = np.array([[127.0, 1.49, 1.49, 1.49]], np.float32)
    source = opset.parameter([1, 4], np.float32)
    factors = opset.constant(weights if transposed else weights.T.copy())
    product = opset.matmul(source, factors, False, transposed, name="MatMul.0")
    model = openvino.Model([product], [source], "one")
    means = np.array([0, 0.5, 0.5, 0.5], np.float32)
    quantization.quantize(model, {"MatMul.0": quantization.Given((1 / 255, 0), means)})
    batch = np.array([[0.0, 0.4, 0.5, 0.6]], np.float32)
    assert float(_out(model, batch)[0, 0]) == pytest.approx(1.5 * 1.49, abs=0.02)


def test_what_was_measured_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, file = tmp_path / "network.onnx", tmp_path / "quantization.npz"
    network.write_bytes(b"a network")
    layers = {**_GIVEN, "MatMul.3": quantization.Given((0.5, 7), np.array([3.0], np.float32))}
    quantization.keep(file, network, layers)
    monkeypatch.setattr(quantization.resources, "files", lambda package: tmp_path)
    found = quantization.known(network)
    assert {name: (layer.scale, layer.means.tolist()) for name, layer in found.items()} == {
        name: (layer.scale, layer.means.tolist()) for name, layer in layers.items()
    }


def test_layers_that_are_not_named_stay_as_they_are() -> None:
    model = _network()
    quantization.quantize(model, {"Conv.1": _GIVEN["Conv.0"]})
    assert "FakeQuantize" not in [node.get_type_name() for node in model.get_ops()]


def test_nothing_is_known_of_another_file_or_used_on_another_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = model_path("text-recognition")
    assert path is not None
    monkeypatch.setattr(quantization, "_processor_flags", lambda: {"avx512_vnni"})
    assert quantization.given(path), "scripts/make_quantization is to be run for this file of the network"
    other = tmp_path / "other.onnx"
    other.write_bytes(path.read_bytes() + b" ")
    assert quantization.given(other) == {}
    monkeypatch.setattr(quantization, "_processor_flags", lambda: {"avx2"})
    assert quantization.given(path) == {}


def test_tiles_of_bfloat16_are_as_quick_as_8_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    path = model_path("text-recognition")
    assert path is not None
    monkeypatch.setattr(quantization, "_processor_flags", lambda: {"avx512_vnni", "amx_bf16"})
    assert quantization.given(path) == {}


def test_without_openvino_there_is_one_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else doubtful lines would be read twice by onnxruntime, which has no use for the scales."""
    monkeypatch.setattr(quantization, "_processor_flags", lambda: {"avx512_vnni"})
    monkeypatch.setattr(inference, "_has_openvino", lambda: False)
    inference.load_model.cache_clear()
    inference.load_quick_model.cache_clear()
    try:
        assert inference.load_quick_model("text-recognition") is inference.load_model("text-recognition")
    finally:
        inference.load_model.cache_clear()
        inference.load_quick_model.cache_clear()


def test_recogniser_reads_the_same_in_8_bits() -> None:
    path = model_path("text-recognition")
    assert path is not None
    text = "Quantized: 1,234.56 EUR for 78 parts (No. 90) & more"
    strip = Image.new("RGB", (1024, 48), "white")
    ImageDraw.Draw(strip).text((8, 4), text, "black", ImageFont.load_default(34))
    batch = np.asarray(strip, np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    whole, small = Model(path, 1, cut_head=True), Model(path, 1, cut_head=True, given=quantization.known(path))
    outputs = [model(batch)[0][0] for model in (whole, small)]
    assert not np.array_equal(*outputs)
    read = ["".join(Decoder(whole).decode(output).text) for output in outputs]
    assert read[0].replace(" ", "") == text.replace(" ", "")
    assert read[1] == read[0]


def test_a_line_that_reads_doubtful_is_read_in_floating_point(monkeypatch: pytest.MonkeyPatch) -> None:
    exact, asked = load_model("text-recognition"), []

    class Doubtful:
        """Reads its first line as the network does; what it says of others could be anything."""

        characters, head = exact.characters, exact.head

        def __call__(self, batch: Any) -> list[Any]:
            (output,) = exact(batch)
            asked.append(batch.shape[3])
            return [output if len(asked) == 1 else 0.2 * output]

    monkeypatch.setattr(ocr_rapid, "load_quick_model", lambda name: Doubtful())
    image = Image.new("RGB", (900, 160), "white")
    for y, text in ((4, "Ships of the town"), (84, "Boats and sails of the northern coast")):
        ImageDraw.Draw(image).text((8, y), text, "black", ImageFont.load_default(34))
    boxes = [TextBox((0, 0, 330, 48), 1.0), TextBox((0, 80, 640, 128), 1.0)]
    lines, complete = ocr_rapid.recognise(np.asarray(image), boxes)
    assert complete
    assert len(asked) == 2
    assert [line.text for line in lines] == ["Ships of the town", "Boats and sails of the northern coast"]
    assert min(line.confidence for line in lines) > 0.9
