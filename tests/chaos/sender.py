"""A sender of a run: the product's loop over real adapters, in a process of its own that a trap may kill."""

import json
import os
import signal
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.delivery.dispatch import deliver
from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb import DynamoDbLedger
from pipeline.ledger.store import Ledger
from tests.chaos import trap as traps
from tests.chaos.stage import Stage
from tests.chaos.trap import Trap
from tests.cloud import REGION, REPOSITORY, TABLE

_IN_FLIGHT = 3


@dataclass(frozen=True, slots=True)
class Errand:
    """What a sender is to do. A stubborn one goes on after trouble, as `postmerge watch` does."""

    name: str
    passes: int = 8
    stubborn: bool = False
    trap: Mapping[str, Any] = field(default_factory=dict)
    dynamodb: bool = False


def run(errand: Errand, stage: Stage, template: World, report: Path) -> None:
    """Deliver pass by pass until nothing is due; what happened goes into `report`."""
    told: dict[str, Any] = {"passes": 0, "troubles": [], "bug": None}
    asked_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked_to_stop.append(number))
    try:
        world = _world(errand, stage, template, asked_to_stop)
        _deliver(world, errand, told)
    except Exception:  # noqa: BLE001 told to the test, which fails
        told["bug"] = traceback.format_exc()
    unfinished = report.with_suffix(".new")
    unfinished.write_text(json.dumps(told), "utf-8")
    unfinished.replace(report)


def _deliver(world: World, errand: Errand, told: dict[str, Any]) -> None:
    for _ in range(errand.passes):
        try:
            done = deliver(world)
        except PipelineError as trouble:
            # nothing can be decided at all, as under a clock that went backwards: the command ends
            told["troubles"].append(trouble.sentence)
            return
        told["passes"] += 1
        told["troubles"] += [trouble.sentence for trouble in done.troubles]
        told["states"] = [str(status.progress) for status in done.statuses]
        told["holds"] = [f"{hold.kind}: {hold.reason}" for status in done.statuses for hold in status.holds]
        if world.stopping() or (done.troubles and not errand.stubborn):
            return
        if done.next_due is not None:
            world.clock.sleep(done.next_due - world.clock.now())
        elif not done.troubles:
            return


def _world(errand: Errand, stage: Stage, template: World, asked_to_stop: list[int]) -> World:
    trap = Trap(**errand.trap)
    return replace(
        template,
        ledger=traps.ledger(_ledger(errand, stage, trap), trap),
        archive=traps.archive(template.archive, trap),
        transport=traps.transport(template.transport, trap),
        clock=stage.clock(),
        sender=f"{errand.name}/{os.getpid()}",
        executor=ThreadPoolExecutor(_IN_FLIGHT),
        in_flight=_IN_FLIGHT,
        stopping=lambda: bool(asked_to_stop),
        green=set(template.green),
        paces={},
    )


def _ledger(errand: Errand, stage: Stage, trap: Trap) -> Ledger:
    if errand.dynamodb:
        return DynamoDbLedger(TABLE, repository=REPOSITORY, region=REGION)
    ledger = traps.TrappedSqlite(stage.state / "ledger.db")
    ledger.trap = trap
    return ledger
