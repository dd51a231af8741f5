"""All figures, as the table of the README: `make bench`."""

import platform
import sys

from benchmarks import (
    audience,
    checklist,
    commands,
    delivery,
    feedback,
    halt,
    ledger,
    preview,
    revert,
    stencil,
)


def main() -> None:
    """Run every benchmark and print one table."""
    print(f"Python {platform.python_version()}, {platform.machine()}\n", file=sys.stderr)
    print("| what | figure | command |\n| --- | --- | --- |", flush=True)
    for part in (commands, checklist, ledger, feedback, audience, stencil, delivery, halt, preview, revert):
        for what, figure, command in part.run():
            print(f"| {what} | {figure} | `{command}` |", flush=True)


main()
