"""The wheel: what is in it, and that it works in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKED = "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'cv2'])); "
RUN = BLOCKED + "from docparse.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
        capture_output=True, timeout=120,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def _venv(folder: Path, *, pip: bool) -> Path:
    """Its Python."""
    subprocess.run([sys.executable, "-m", "venv", *([] if pip else ["--without-pip"]), str(folder)], check=True)
    return next(folder.glob("*/python"), folder / "Scripts" / "python.exe")


def _said(python: Path, code: str, folder: Path) -> str:
    done = subprocess.run([python, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    packed = {name for name in names if name.startswith("docparse/")}
    tracked = subprocess.run(["git", "ls-files", "docparse"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode == 0:
        viewer = "docparse/api/ui/"
        made_from = {name for name in tracked.stdout.split() if name.startswith(viewer)} - {
            name for name in packed if name.startswith(f"{viewer}dist/")
        }
        assert set(tracked.stdout.split()) - made_from <= packed
        assert not {name for name in packed if name.startswith(viewer)} - {
            name for name in tracked.stdout.split() if name.startswith(f"{viewer}dist/")
        }
    assert {"docparse/py.typed", "docparse/samples/sample.pdf"} <= packed
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"docparse"}


def test_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """In a new environment that sees the dependencies of this one, but not the project's tree."""
    python = _venv(tmp_path / "env", pip=False)
    site = Path(_said(python, "import sysconfig; print(sysconfig.get_paths()['purelib'])", tmp_path))
    zipfile.ZipFile(wheel).extractall(site)
    (site / "others.pth").write_text(sysconfig.get_paths()["purelib"])
    _parse_sample(python, tmp_path)


@pytest.mark.slow
def test_pip_install(wheel: Path, tmp_path: Path) -> None:
    """As a user: `pip install` into an empty environment. Needs the package index."""
    python = _venv(tmp_path / "env", pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True, timeout=900)
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True)
    names = {row["name"].lower() for row in json.loads(listed.stdout)}
    assert "docparse" in names
    assert not names & {"torch", "transformers", "nvidia-cublas-cu12"}
    _parse_sample(python, tmp_path)


def _parse_sample(python: Path, folder: Path) -> None:
    package = Path(_said(python, "import docparse; print(docparse.__file__)", folder)).parent
    assert folder in package.parents
    sample = package / "samples" / "sample.pdf"
    done = subprocess.run(
        [python, "-c", RUN, str(sample), "-o", "out.json", "--engine", "embedded"], cwd=folder, capture_output=True,
        text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads((folder / "out.json").read_text())
    assert document["status"] == "ok"
    kinds = {block["kind"] for page in document["pages"] for block in page["blocks"]}
    assert kinds >= {"heading", "paragraph", "list", "table", "page_number"}
