"""What a delivery says while it works: a line an event, and a bar for the batches on a terminal."""

import re
import sys
from typing import Self

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

_BATCH = re.compile(r"batch \d+ of wave (\d+): (\d+)")


class Narration:
    """Told every event. On a terminal batches only move a counter; in a log they are left out."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,.0f} recipients"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._counters: dict[str, object] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, campaign: str, sentence: str) -> None:
        """One event of one campaign."""
        batch = _BATCH.fullmatch(sentence)
        if batch is None:
            self._line(f"{campaign}: {sentence}")
            return
        label = f"{campaign} wave {batch[1]}"
        if label not in self._counters:
            self._counters[label] = self._progress.add_task(label, total=None)
        self._progress.update(self._counters[label], advance=int(batch[2]))  # type: ignore[arg-type]  # a TaskID

    def _line(self, text: str) -> None:
        if self._progress.disable:
            click.echo(text, err=True)
        else:
            self._console.print(text, markup=False, highlight=False)
