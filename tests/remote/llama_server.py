"""llama.cpp's own server as a process, until its input ends: `llama_server.py MODEL VISION|- [endless] [KEY]`.

Its first line is its address. With KEY it wants that key; `endless` text never ends by itself.
"""

from __future__ import annotations

import sys

import xllamacpp


def serve(model: str, vision: str, *how: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model
    if vision != "-":
        params.mmproj.path = vision
    params.model_alias = ["tiny"]
    params.n_ctx, params.n_parallel = 8192, 2
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads, params.verbosity = 1, 3
    params.endpoint_slots = True
    params.sampling.ignore_eos = "endless" in how
    params.api_keys = [word for word in how if word != "endless"]
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
