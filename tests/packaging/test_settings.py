"""Settings: environment over TOML file over defaults; what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from docparse.errors import SettingsError
from docparse.settings import load_settings


def test_defaults_and_environment() -> None:
    assert load_settings({}).max_pages == 5000
    assert load_settings({"DOCPARSE_MAX_PAGES": "7", "HOME": "/"}).max_pages == 7


def test_environment_over_file(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text("max_pages = 10\nmax_file_mb = 3.5\n")
    settings = load_settings({"DOCPARSE_CONFIG": str(config), "DOCPARSE_MAX_PAGES": "20"})
    assert (settings.max_pages, settings.max_file_mb) == (20, 3.5)


def test_file_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docparse.toml").write_text("max_pages = 11\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).max_pages == 11


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("max_paegs = 1", "max_paegs"),
        ("max_pages = 'many'", "max_pages"),
        ("max_pages = 0", "max_pages"),
        ("[", "settings.toml"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, named: str) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(text)
    with pytest.raises(SettingsError, match=named) as caught:
        load_settings({"DOCPARSE_CONFIG": str(config)})
    assert caught.value.exit_code == 9


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        load_settings({"DOCPARSE_CONFIG": str(tmp_path / "gone.toml")})
