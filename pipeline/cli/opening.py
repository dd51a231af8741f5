"""Parts of a world, for commands that must get along with few rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import wiring
from pipeline.delivery.aside import Aside
from pipeline.delivery.due import Wishes
from pipeline.delivery.mainline import Mainline
from pipeline.delivery.order_source import main_and_target
from pipeline.ledger.store import Ledger
from pipeline.workspace.git import Repository


@contextmanager
def open_for_stops(start: Path, calling: wiring.Calling) -> Iterator[tuple[Mainline, Ledger, Aside | None]]:
    """What main says, the ledger to write down what it no longer wants, and perhaps where that is shown.

    No right to anything else.
    """
    with Repository.open(start) as repository:
        main, policy, target = main_and_target(repository, calling.branch, calling.target, calling.clock)
        ledger = wiring.ledger_of(repository.root, target, repository=policy.repository)
        try:
            with wiring.shown_aside(target, calling) as aside:
                yield main, ledger, aside
        finally:
            ledger.close()


@contextmanager
def open_wishes(start: Path, calling: wiring.Calling) -> Iterator[Wishes]:
    """What main says and who agreed to it, and no more: nothing of the cloud is touched."""
    with Repository.open(start) as repository:
        main, _, target = main_and_target(repository, calling.branch, calling.target, calling.clock)
        reviews = wiring.reviews_of(repository, target, calling.branch, calling.clock)
        yield Wishes(main, reviews, calling.clock)
