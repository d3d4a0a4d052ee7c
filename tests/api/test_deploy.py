"""Images, compose file and manifests: sound, hardened, and calling commands that there are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
SECRETS = {"REDIS_PASSWORD": "a", "POSTGRES_PASSWORD": "b", "MINIO_PASSWORD": "c"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def test_every_service_is_hardened(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["restart"], name
        if name != "minio-volume":  # one command as root, on a volume, then it ends
            assert service["user"].split(":")[0] not in ("0", "root"), name
        if name not in ("minio-volume", "minio-bucket"):
            assert service["healthcheck"]["test"], name
            assert service["stop_grace_period"], name


def test_parts_of_the_service(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {"api", "worker-render", "worker-gpu", "worker-assemble", "redis", "postgres", "minio"} <= set(services)
    assert services["worker-cpu"]["profiles"] == ["cpu"]
    assert services["worker-gpu"]["profiles"] == ["gpu"]
    assert services["minio"]["profiles"] == ["s3"]
    device = services["worker-gpu"]["deploy"]["resources"]["reservations"]["devices"][0]
    assert device["driver"] == "nvidia"
    redis = " ".join(services["redis"]["command"])
    for wanted in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction", "--requirepass"):
        assert wanted in redis
    text = (ROOT / "docker-compose.yml").read_text()
    assert ":latest" not in text


def test_compose_client_accepts_it(tmp_path: Path) -> None:
    plugin = (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if shutil.which("docker")
        else None
    )
    command = ["docker", "compose"] if plugin is not None and plugin.returncode == 0 else ["docker-compose"]
    if shutil.which(command[0]) is None:
        pytest.skip("no docker compose client here")
    for profile in ("cpu", "gpu", "s3"):
        run = subprocess.run(
            [*command, "--profile", profile, "config", "-q"], cwd=ROOT, env={**os.environ, **SECRETS},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr


def test_commands_exist(compose: dict[str, Any]) -> None:
    from docparse.cli import COMMANDS

    for name in ("api", "worker-render", "worker-cpu", "worker-gpu", "worker-assemble"):
        assert compose["services"][name]["command"][0] in COMMANDS
    for document in _documents():
        if document["kind"] == "Deployment":
            container = document["spec"]["template"]["spec"]["containers"][0]
            assert container["args"][0] in COMMANDS


def test_dockerfile() -> None:
    text = (ROOT / "Dockerfile").read_text()
    for target in ("AS cpu\n", "AS cuda\n"):
        stage = text.split(target, 1)[1].split("\nFROM ")[0]
        assert "USER 10001:10001" in stage
        assert 'ENTRYPOINT ["tini"' in stage
    hadolint = Path(sys.executable).with_name("hadolint")
    if hadolint.exists():
        run = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout


def _documents() -> list[dict[str, Any]]:
    return [found for path in MANIFESTS for found in yaml.safe_load_all(path.read_text()) if found]


def test_manifests_follow_their_schemas() -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for document in _documents():
        if document["apiVersion"].split("/")[0] not in ("keda.sh", "kustomize.config.k8s.io"):
            kubernetes_validate.validate(document, "1.31", strict=True)


def test_pods_are_hardened() -> None:
    deployments = [document for document in _documents() if document["kind"] == "Deployment"]
    assert {item["metadata"]["name"] for item in deployments} == {
        "api", "worker-render", "worker-assemble", "worker-recognize",
    }  # fmt: skip
    for item in deployments:
        pod = item["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"]
            assert "livenessProbe" in container


def test_queues_scale_by_depth() -> None:
    scaled = [document for document in _documents() if document["kind"] == "ScaledObject"]
    names = {item["spec"]["scaleTargetRef"]["name"] for item in scaled}
    assert names == {"worker-render", "worker-assemble", "worker-recognize"}
    for item in scaled:
        queue = item["metadata"]["name"].removeprefix("worker-")
        trigger = item["spec"]["triggers"][0]["metadata"]
        assert trigger["valueLocation"] == f'docparse_queue_depth{{queue="{queue}"}}'
