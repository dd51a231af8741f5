"""Holds in DynamoDB. Those that stand are a set of ids beside the state that every reservation looks at."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime

from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb_items import (
    EVERYTHING_LANES,
    LANES,
    as_moment,
    as_text,
    hold_item,
    hold_of,
    lane_key,
    scope_of,
)
from pipeline.ledger.dynamodb_writes import Change, Create, Item, Key, Table, Write, text
from pipeline.ledger.entry import Revision
from pipeline.ledger.hold import EVERYTHING, MACHINE, Hold, Lift


class DynamoDbHolds:
    """Placing and lifting; `store.Ledger` says what each method promises."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @abstractmethod
    def revisions(self, campaign: str) -> tuple[Revision, ...]:
        """See the port."""

    def place(self, hold: Hold) -> None:
        """See the port."""
        at = as_text(hold.since)
        self._table.write(
            [
                # Refused if it was placed before: what a person has lifted since must not come back.
                Create(_hold_key(hold.scope, hold.id), hold_item(hold)),
                Create(_where_key(hold.id), {"scope": hold.scope}),
                *(
                    Change(
                        lane_key(scope_of(hold.scope, EVERYTHING), lane),
                        include={"standing": hold.id},
                        at_least=_newest(hold.scope, lane, at),
                    )
                    for lane in range(LANES)
                ),
                *_noted(hold.scope, at),
            ]
        )

    def lift(self, lift: Lift) -> None:
        """See the port."""
        [where] = self._table.get([_where_key(lift.hold)])
        if where is None:
            raise PipelineError(
                f"The ledger knows no hold {lift.hold}, so there is nothing to lift.",
                "Look at `postmerge status`; the target may be another one.",
            )
        scope, at = text(where, "scope"), as_text(lift.at)
        self._table.write(
            [
                Create(_lift_key(scope, lift.hold), {"reason": lift.reason, "by": lift.by, "at": at}),
                *(
                    Change(
                        lane_key(scope_of(scope, EVERYTHING), lane),
                        exclude={"standing": lift.hold},
                        at_least=_newest(scope, lane, at),
                    )
                    for lane in range(LANES)
                ),
                *_noted(scope, at),
            ]
        )

    def holds(self, campaign: str) -> tuple[Hold, ...]:
        """See the port."""
        scopes = {campaign, EVERYTHING}
        return _oldest_first(hold for scope in scopes for hold, lift in self._record(scope) if lift is None)

    def lifted(self, campaign: str) -> tuple[Hold, ...]:
        """See the port."""
        return _oldest_first(hold for hold, lift in self._record(campaign) if lift is not None)

    def released_at(self, campaign: str) -> datetime | None:
        """See the port."""
        lifts = (lift for _, lift in self._record(campaign) if lift is not None and lift["by"] != MACHINE)
        return max((as_moment(lift, "at") for lift in lifts), default=None)

    def _record(self, scope: str) -> Iterator[tuple[Hold, Item | None]]:
        """Every hold that was ever placed on a scope, with what was said to lift it."""
        items = {text(item, "sk"): item for item in self._table.query(f"holds/{scope}")}
        for sort, item in items.items():
            kind, _, hold = sort.partition("/")
            if kind == "hold":
                yield hold_of(item), items.get(f"lift/{hold}")


def _hold_key(scope: str, hold: str) -> Key:
    return (f"holds/{scope}", f"hold/{hold}")


def _lift_key(scope: str, hold: str) -> Key:
    return (f"holds/{scope}", f"lift/{hold}")


def _where_key(hold: str) -> Key:
    return (f"hold/{hold}", "scope")


def _newest(scope: str, lane: int, at: str) -> dict[str, str]:
    return {"newest": at} if scope == EVERYTHING and lane == 0 else {}


def _noted(scope: str, at: str) -> list[Write]:
    """The moment of an entry, where the lanes of everything are not written anyway."""
    return [] if scope == EVERYTHING else [Change(lane_key(EVERYTHING_LANES, 0), at_least={"newest": at})]


def _oldest_first(holds: Iterator[Hold]) -> tuple[Hold, ...]:
    return tuple(sorted(holds, key=lambda hold: (hold.since, hold.id)))
