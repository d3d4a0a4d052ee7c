"""The help text of `docparse --help`, and the table of exit codes that every command's help shows."""

from __future__ import annotations

EXIT_CODES = (
    (0, "done; every page of every document"),
    (1, "an option is wrong"),
    (2, "the input can't be used: missing, empty, damaged, not a PDF or image, over a limit"),
    (3, "an extra or a program is not installed"),
    (5, "the output can't be written, or exists and -n was given"),
    (7, "the PDF library failed on the file or ran out of its limits"),
    (8, "the file is encrypted: no password, or a wrong one"),
    (9, "a setting (environment, TOML file) is wrong"),
    (15, "the engine failed, or an unexpected error"),
    (16, "partial: some pages failed, the others are written"),
    (17, "several documents: some failed"),
    (18, "several documents: all failed"),
    (130, "stopped (Ctrl-C, SIGTERM)"),
)


def top_help() -> str:
    """What `docparse --help` prints."""
    from docparse.cli import COMMANDS

    commands = "\n".join(f"  {name:<10} {command.summary}" for name, command in COMMANDS.items())
    codes = "\n".join(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES)
    return f"""\
Usage: docparse [COMMAND] [OPTIONS] INPUT...

PDFs and images in; every element of every page out: typed, boxed, in reading order, checked.

  docparse file.pdf -o out.html            the format follows the suffix: .html .md .json .txt .csv .xlsx .pdf …
  docparse file.pdf > out.md               Markdown on stdout
  docparse scans/ more.pdf -o out/         files and folders; HTML, JSON and Markdown of each
  docparse file.pdf --pages 1,3-5,8-end --to json
  docparse scan.pdf -o searchable.pdf      the same pages with text that can be searched
  docparse file.pdf --overlay boxes.pdf    the PDF with every block's box drawn on it
  docparse file.pdf --view                 look at it in the browser, and correct it

Commands:
{commands}

`docparse parse --help` lists all options. A file that is named like a command: docparse parse NAME.

Exit codes:
{codes}"""


def exit_code_epilog() -> str:
    """The same for the help of a command, as one paragraph."""
    return "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES) + "."
