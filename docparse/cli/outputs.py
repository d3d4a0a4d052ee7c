"""Where results go: stdout, one file, or files below a folder. Decided before anything is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from docparse.cli.inputs import Input, output_stems
from docparse.errors import UsageError
from docparse.export.formats import FORMATS, Format, named, suffix_format

FOLDER_FORMATS = tuple(FORMATS[name] for name in ("html", "json", "md"))
HeadersFooters = Literal["keep", "drop"]
Images = Literal["files", "embed", "none"]


@dataclass(frozen=True, slots=True)
class Target:
    """One result: `path` None is stdout."""

    format: Format
    path: Path | None
    in_folder: bool = False

    @property
    def default_images(self) -> Images:
        """Files in a folder of results and beside Markdown; otherwise one file holds everything."""
        if self.format.name == "md" and self.path is None:
            return "none"
        return "files" if self.in_folder or self.format.name == "md" else "embed"


@dataclass(frozen=True, slots=True)
class Job:
    """One document and all that is to be written of it."""

    item: Input
    targets: tuple[Target, ...] = ()

    @property
    def json_path(self) -> Path | None:
        """Where the whole result goes as JSON, if it does."""
        return next((target.path for target in self.targets if target.format.name == "json"), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a run: the jobs, and the folder of the results if there is one."""

    jobs: tuple[Job, ...]
    folder: Path | None = None

    @property
    def holds_json(self) -> bool:
        """Whether every document is written as JSON."""
        return all(job.json_path is not None for job in self.jobs)


def formats_of(names: Sequence[str]) -> tuple[Format, ...]:
    """The formats of `--to html --to md,json`, each once. Raises UsageError."""
    found: dict[str, Format] = {}
    for name in (part.strip() for text in names for part in text.split(",")):
        try:
            format = named(name)
        except UsageError as error:
            raise UsageError(f"--to {name}: no such format", user_action=error.user_action) from None
        found[format.name] = format
    return tuple(found.values())


def plan_outputs(items: Sequence[Input], output: str | None, formats: tuple[Format, ...], overlay: str | None) -> Plan:
    """Decide the files of every input. Raises UsageError when the request is not clear, before anything is parsed."""
    folder = _folder(items, output)
    if folder is not None:
        stems = output_stems(items)
        targets = [
            [Target(fmt, _with(folder / stem, fmt.suffix), in_folder=True) for fmt in formats or FOLDER_FORMATS]
            for stem in stems
        ]
    elif len(items) != 1:
        where = "one file" if output not in (None, "-") else "stdout"
        raise UsageError(f"{len(items)} inputs can't go to {where}", user_action="Give a folder: -o DIR/")
    elif output in (None, "-"):
        targets = [_to_stdout(formats, nothing=overlay is not None and output is None)]
    else:
        targets = [[_to_file(Path(str(output)), formats)]]
    jobs = [Job(item, tuple(found)) for item, found in zip(items, targets, strict=True)]
    if overlay is not None:
        jobs = _add_overlays(jobs, overlay)
    _guard_inputs(jobs)
    return Plan(tuple(jobs), folder)


def _folder(items: Sequence[Input], output: str | None) -> Path | None:
    if output in (None, "-"):
        return None
    path = Path(str(output))
    several = len(items) > 1 and suffix_format(path) is None
    return path if str(output).endswith(("/", "\\")) or path.is_dir() or several else None


def _with(stem: Path, suffix: str) -> Path:
    return stem.with_name(f"{stem.name}{suffix}")


def _to_stdout(formats: tuple[Format, ...], *, nothing: bool) -> list[Target]:
    if len(formats) > 1:
        raise UsageError("several formats can't go to stdout", user_action="Give a folder: -o DIR/")
    if nothing and not formats:
        return []
    return [Target(formats[0] if formats else FORMATS["md"], None)]


def _to_file(path: Path, formats: tuple[Format, ...]) -> Target:
    found = suffix_format(path)
    if len(formats) > 1:
        raise UsageError(f"several formats can't go to one file {path}", user_action="Give a folder: -o DIR/")
    if formats:
        asked = formats[0]
        if found and found != asked and path.suffix.lower() not in {Path(suffix).suffix for suffix in asked.suffixes}:
            raise UsageError(f"{path} and --to {asked.name} contradict each other", user_action="Leave out --to.")
        return Target(asked, path)
    if found is None:
        suffixes = ", ".join(format.suffix for format in FORMATS.values() if format.name != "overlay")
        raise UsageError(
            f"the suffix of {path} is no output format",
            user_action=f"Name it {suffixes}, give --to, or a folder with a slash at its end.",
        )
    return Target(found, path)


def _add_overlays(jobs: list[Job], overlay: str) -> list[Job]:
    path = Path(overlay)
    if overlay == "-":
        if len(jobs) > 1 or any(target.path is None for target in jobs[0].targets):
            raise UsageError("stdout takes one result, and --overlay - would be a second one")
        return [Job(jobs[0].item, (*jobs[0].targets, Target(FORMATS["overlay"], None)))]
    if not overlay.endswith("/") and not path.is_dir() and len(jobs) == 1:
        return [Job(jobs[0].item, (*jobs[0].targets, Target(FORMATS["overlay"], path)))]
    if path.suffix.lower() == ".pdf":
        raise UsageError(f"{len(jobs)} overlays can't go to one file", user_action="Give a folder: --overlay DIR/")
    stems = output_stems([job.item for job in jobs])
    return [
        Job(job.item, (*job.targets, Target(FORMATS["overlay"], _with(path / stem, ".boxes.pdf"))))
        for job, stem in zip(jobs, stems, strict=True)
    ]


def _guard_inputs(jobs: Sequence[Job]) -> None:
    inputs = {job.item.path.resolve() for job in jobs if job.item.path is not None}
    for job in jobs:
        for target in job.targets:
            if target.path is not None and target.path.resolve() in inputs:
                raise UsageError(f"{target.path} is an input; it would be overwritten")
