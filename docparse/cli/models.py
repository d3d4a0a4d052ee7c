"""`docparse models`: fetch weights ahead of time, check them, list what there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from docparse.qwenvl.profiles import Profile


def models(
    action: Annotated[Literal["list", "download", "verify"], typer.Argument(help="What to do.")] = "list",
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Names of the hub, names of the list, or folders.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Commit or branch to download; if left out, the profile's.")
    ] = None,
    json_object: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only errors on stderr.")] = False,
) -> int:
    """List, download or verify the weights of the qwen engine."""
    from docparse.cli.report import print_json
    from docparse.errors import UsageError

    if action == "list":
        rows = [_row(profile) for profile in _profiles(names)]
        if json_object:
            print_json({"ok": True, "exit_code": 0, "error": None, "models": rows})
        else:
            _print_rows(rows)
        return 0
    if not names:
        raise UsageError(f"models {action} needs a model", user_action="`docparse models list` shows the names.")

    def say(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    done = [_download(name, revision, say) if action == "download" else _verify(name, say) for name in names]
    if json_object:
        print_json({"ok": True, "exit_code": 0, "error": None, "models": done})
    return 0


def _profiles(names: list[str] | None) -> list[Profile]:
    from docparse.qwenvl.profiles import PROFILES, profile_of

    return [profile_of(name) for name in names] if names else list(PROFILES)


def _row(profile: Profile) -> dict[str, Any]:
    from docparse.model.weights import revision_of

    folder = _here(profile.repo, profile.revision)
    return {
        "name": profile.name, "repo": profile.repo, "download_gb": profile.download_gb, "licence": profile.licence,
        "here": folder is not None, "folder": str(folder) if folder else None,
        "revision": revision_of(folder) if folder else profile.revision,
    }  # fmt: skip


def _here(repo: str, revision: str | None) -> Path | None:
    """The folder of a model that is on this machine, whole."""
    from docparse.errors import DocparseError
    from docparse.model.qwen.load import check_folder, find_cached

    try:
        folder = find_cached(repo, revision)
        check_folder(folder, repo)
    except DocparseError:  # also where the extra is not installed: then there is nothing to use either
        return None
    return folder


def _print_rows(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        state = f"here, {row['revision'][:12] or row['folder']}" if row["here"] else "not here"
        typer.echo(f"{row['repo']:<30} {row['download_gb']:>6g} GB  {state:<20} {row['licence']}")


def _download(name: str, revision: str | None, say: Any) -> dict[str, Any]:
    from docparse.errors import UsageError
    from docparse.model.qwen.load import check_folder, find_folder, require_hub
    from docparse.model.weights import check_room, record, revision_of
    from docparse.qwenvl.profiles import hub_name, profile_of

    repo = hub_name(name)
    if Path(repo).is_dir():
        raise UsageError(f"{repo} is a folder on this machine", user_action=f"Use: docparse models verify {repo}")
    profile = profile_of(repo)
    revision = revision or profile.revision
    require_hub()
    from huggingface_hub.constants import HF_HUB_CACHE

    if _here(repo, revision) is None:
        check_room(profile, Path(HF_HUB_CACHE))
    if profile.download_gb:
        say(f"{repo}: {profile.download_gb:g} GB; licence: {profile.licence}")
    folder = find_folder(repo, revision)
    check_folder(folder, repo)
    count = record(folder, lambda file: say(f"  checking {file}"))
    say(f"{repo}: {count} files, commit {revision_of(folder) or 'unknown'}, in {folder}")
    return {"repo": repo, "revision": revision_of(folder), "folder": str(folder), "files": count}


def _verify(name: str, say: Any) -> dict[str, Any]:
    from docparse.errors import EngineUnavailable
    from docparse.model.qwen.load import check_folder, find_cached
    from docparse.model.weights import revision_of, verify
    from docparse.qwenvl.profiles import hub_name, profile_of

    repo = hub_name(name)
    folder = find_cached(repo, profile_of(repo).revision)
    findings = list(verify(folder))
    for finding in findings:
        say(f"  {finding.state:<8} {finding.name}")
    wrong = [finding for finding in findings if finding.state in ("altered", "missing")]
    if wrong:
        first = f"{wrong[0].name} is {wrong[0].state}"
        raise EngineUnavailable(
            f"{repo}: {first}" + (f", and {len(wrong) - 1} other files" if len(wrong) > 1 else ""),
            user_action=f"Delete {folder} and run: docparse models download {repo}",
        )
    check_folder(folder, repo)
    unknown = sum(finding.state == "unknown" for finding in findings)
    note = f"; {unknown} have no recorded hash (complete by their own headers)" if unknown else ""
    say(f"{repo}: {len(findings) - unknown} files are as downloaded{note}")
    return {
        "repo": repo, "revision": revision_of(folder), "folder": str(folder), "files": len(findings),
        "unknown": unknown,
    }  # fmt: skip
