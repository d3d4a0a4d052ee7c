"""The run behind `docparse invoices`: results as they come, a manifest to go on from, a summary, an exit code."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from docparse.cli.progress import Progress
from docparse.errors import AllFailed, DocparseError, SomeFailed
from docparse.invoices.manifest import RunManifest
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.outputs import JsonLines, check_output, write_table
from docparse.invoices.run import extract_invoices
from docparse.schemas.invoice import Failure, InvoiceResult
from docparse.source import readable


class InvoiceRun:
    """Call it once. `counts` are results by status, `skipped` files that an earlier run had done."""

    def __init__(
        self, sources: Sequence[Path], options: InvoiceOptions, output: Path | None, progress: Progress, *,
        manifest: Path | None = None, resume: bool = True, factur_x: bool = False,
    ) -> None:  # fmt: skip
        self.sources, self.options, self.output, self.progress = sources, options, output, progress
        self.counts: Counter[str] = Counter()
        self.skipped = 0
        self.seconds = 0.0
        self._error: Failure | None = None
        self._factur_x = factur_x
        self._manifest: RunManifest | None = None
        self._lines: JsonLines | None = None
        if output is not None:
            check_output(output)
            self._open(output, manifest, resume)

    def _open(self, output: Path, manifest: Path | None, resume: bool) -> None:
        path = manifest or output.with_name(f"{output.name}.manifest.jsonl")
        rows = output if output.suffix.lower() == ".jsonl" else output.with_name(f"{output.name}.rows.jsonl")
        keep = resume and path.exists() and rows.exists()
        if not keep:
            path.unlink(missing_ok=True)
        self._lines = JsonLines(rows, append=keep)
        self._manifest = RunManifest(path, self.options)
        if keep:
            self._drop_undone()

    def _drop_undone(self) -> None:
        """Keep the rows of files that are done; others come again."""
        assert self._lines is not None
        assert self._manifest is not None
        wanted = {readable(source) for source in self.sources if self._manifest.is_done(source)}
        self._lines.keep(wanted)

    def __call__(self) -> DocparseError | None:
        """The error of the whole run with its exit code; None when every file could be read."""
        started = time.monotonic()
        todo = [source for source in self.sources if self._manifest is None or not self._manifest.is_done(source)]
        self.skipped = len(self.sources) - len(todo)
        results = extract_invoices(todo, self.options)
        paths = {readable(source): source for source in todo}
        failed = 0
        for source, group in groupby(results, key=lambda result: result.source):
            found = list(group)
            failed += any(result.status == "failed" for result in found)
            self._take(paths.get(source, Path(source)), found)
        if self.output is not None and self._lines is not None and self._lines.path != self.output:
            write_table(self.output, self._lines)
        self.seconds = time.monotonic() - started
        return self._outcome(failed, len(todo))

    def _take(self, source: Path, results: list[InvoiceResult]) -> None:
        for result in results:
            self.counts[result.status] += 1
        error = next((result.error for result in results if result.error is not None), None)
        if self._lines is None:
            sys.stdout.write("".join(result.model_dump_json() + "\n" for result in results))
        else:
            self._lines.add(results)
        if self._factur_x and self.output is not None:
            self._write_factur_x(source, results)
        if self._manifest is not None:
            seconds = sum(result.seconds for result in results)
            self._manifest.add(source, [result.status for result in results], seconds, error.code if error else None)
        if error is not None:
            self._error = error
            self.progress.say(f"docparse: {source}: {error.message}. {error.user_action}")
        self.progress.document(str(source))
        self.progress.event("document", input=str(source), status=[result.status for result in results])

    def _write_factur_x(self, source: Path, results: list[InvoiceResult]) -> None:
        from docparse.invoices.write import write_beside

        assert self.output is not None
        for result in results:
            try:
                write_beside(source, result, self.output.parent)
            except DocparseError as error:
                self.progress.say(f"docparse: {source}: {error.message}. {error.user_action}")

    def summary(self) -> str:
        """One line for people."""
        said = [f"{count} {status.replace('_', ' ')}" for status, count in sorted(self.counts.items())]
        if self.skipped:
            said.append(f"{self.skipped} done before")
        done = len(self.sources) - self.skipped
        speed = f", {done / self.seconds:.1f} files/s" if self.seconds > 0 and done else ""
        return f"docparse: {len(self.sources)} files: {', '.join(said) or 'nothing to do'}{speed}"

    def _outcome(self, failed: int, planned: int) -> DocparseError | None:
        if not failed:
            return None
        action = (
            f"{self._manifest.path} lists each file and its error."
            if self._manifest
            else "The lines above name each file."
        )
        if planned == 1 and self._error is not None:
            return _typed(self._error)
        if failed == planned:
            return AllFailed(f"all {planned} files failed", user_action=action)
        return SomeFailed(f"{failed} of {planned} files failed", user_action=action)


def _typed(failure: Failure) -> DocparseError:
    """The error of the tree in errors.py that a failure in a result stands for."""
    classes = [DocparseError]
    while classes:
        one = classes.pop()
        if one.code == failure.code:
            return one(failure.message, user_action=failure.user_action)
        classes += one.__subclasses__()
    return DocparseError(failure.message, user_action=failure.user_action)
