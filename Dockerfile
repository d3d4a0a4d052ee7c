# syntax=docker/dockerfile:1
# Two images: `--target cpu` (small; API, rendering, assembly, embedded engine) and `--target cuda` (Qwen2.5-VL on a GPU).

ARG PYTHON=3.12
ARG CUDA=12.8.1

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/docparse
COPY pyproject.toml README.md LICENSE ./
COPY docparse docparse
RUN /opt/docparse/bin/pip install ".[serve,postgres,s3,tracing,invoices,docling]"

FROM python:${PYTHON}-slim-bookworm AS cpu
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends poppler-utils tesseract-ocr libgl1 libglib2.0-0 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/docparse docparse \
    && install -d -o docparse -g docparse /var/lib/docparse
COPY --from=build /opt/docparse /opt/docparse
ENV PATH=/opt/docparse/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    DOCPARSE_DATA_DIR=/var/lib/docparse
USER 10001:10001
WORKDIR /var/lib/docparse
EXPOSE 8000
VOLUME /var/lib/docparse
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "docparse"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

FROM nvidia/cuda:${CUDA}-runtime-ubuntu24.04 AS cuda-build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /src
RUN python3 -m venv /opt/docparse
COPY pyproject.toml README.md LICENSE ./
COPY docparse docparse
RUN /opt/docparse/bin/pip install ".[serve,postgres,s3,tracing,qwen]"

FROM nvidia/cuda:${CUDA}-runtime-ubuntu24.04 AS cuda
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 poppler-utils libgl1 libglib2.0-0t64 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/docparse docparse \
    && install -d -o docparse -g docparse /var/lib/docparse
COPY --from=cuda-build /opt/docparse /opt/docparse
ENV PATH=/opt/docparse/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    DOCPARSE_DATA_DIR=/var/lib/docparse
USER 10001:10001
WORKDIR /var/lib/docparse
VOLUME /var/lib/docparse
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "docparse"]
CMD ["worker", "--queue", "recognize"]
