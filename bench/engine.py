"""`docparse bench engine` as a script: python bench/engine.py [OPTIONS]."""

from __future__ import annotations

import sys

from docparse.cli.bench import run_bench

if __name__ == "__main__":
    sys.exit(run_bench("engine", sys.argv[1:]))
