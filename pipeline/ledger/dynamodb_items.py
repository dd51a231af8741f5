"""Where everything lies in the ledger's table, and how records become items (pure).

| partition key              | sort key                     | what                                         |
|----------------------------|------------------------------|----------------------------------------------|
| `ledger`                   | `identity`                   | whose ledger this is                         |
| `everything`               | `lane/L`                     | holds on all that stand; newest entry        |
| `campaigns`                | campaign                     | every campaign that is known                 |
| `campaign/C`               | `lane/L`                     | revision under delivery; holds that stand    |
| `campaign/C`               | `order/…`, `test/…`          | orders, test sends                           |
| `campaign/C`               | `revision/N`, `end/N`        | revisions, and their ends                    |
| `segment/S`                | moment, campaign, number     | revisions by segment                         |
| `batches/C/N/W`            | batch, attempt               | a reservation; its outcomes are added once;  |
|                            |                              | the first attempt: who waits for the next    |
| `resolutions/C`            | batch, number                | what was said about the unknown              |
| `tally/C/N`                | wave, lane                   | sums over the batches of a lane              |
| `reasons/C`                | batch                        | only batches with a why                      |
| `holds/SCOPE`              | `hold/ID`, `lift/ID`         | holds, and what was said to lift them        |
| `hold/ID`                  | `scope`                      | where a hold lies                            |

No personal data: recipients are positions in a frozen audience that lies in the archive.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pipeline.ledger.dynamodb_writes import Item, Key, number, text
from pipeline.ledger.entry import Batch, BatchId, Order, Revision, TestSend
from pipeline.ledger.hold import Hold, HoldKind
from pipeline.ledger.resolution import Resolution

#: Every batch reads and writes the state of its campaign and of all campaigns, and a transaction fails while
#: another one holds an item of it (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
#: transaction-apis.html, "Transaction conflict handling"). So that state is kept this many times, and a
#: batch looks at the copy of its lane only; what changes the state changes every copy, in one transaction.
#: Part of the format: a table is read with the number that it was written with.
LANES: Final = 8
EVERYTHING_LANES: Final = "everything"
CAMPAIGNS: Final = "campaigns"
IDENTITY: Final[Key] = ("ledger", "identity")
_NOBODY: Final = "nobody"
_WIDER: Final = "~"
#: In the lanes of a campaign: nothing of its last revision is reserved any more.
ENDED: Final[Item] = {"state": "ended"}


def as_text(moment: datetime) -> str:
    """A moment in UTC in a fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(written: str) -> datetime:
    """What `as_text` wrote."""
    return datetime.fromisoformat(written)


def as_moment(item: Item, name: str) -> datetime:
    """The moment under `name`."""
    return moment_of(text(item, name))


def lane_of(batch: BatchId) -> int:
    """The lane of a batch and of its follow-ups."""
    return batch.number % LANES


def lane_key(partition: str, lane: int) -> Key:
    """One copy of the state of a campaign, or of everything."""
    return (partition, f"lane/{lane}")


def campaign_of(campaign: str) -> str:
    """The partition of what is known about a campaign as a whole."""
    return f"campaign/{campaign}"


def under_delivery(revision: int) -> Item:
    """In the lanes of a campaign: this revision may be reserved."""
    return {"revision": revision, "state": "open"}


def scope_of(scope: str, everything: str) -> str:
    """The partition whose lanes a hold of this scope stands in."""
    return EVERYTHING_LANES if scope == everything else campaign_of(scope)


def batches_in(campaign: str, revision: int, wave: int) -> str:
    """The partition of a wave's batches."""
    return f"batches/{campaign}/{revision}/{wave}"


def batch_key(batch: BatchId) -> Key:
    """Where a batch lies; in the order of numbers, then attempts."""
    # More than three digits stand behind a sign that sorts after every digit: text order stays their order.
    attempt = f"{_WIDER}{batch.attempt:09d}" if batch.attempt // 1000 else f"{batch.attempt:03d}"
    return (batches_in(batch.campaign, batch.revision, batch.wave), f"{batch.number:07d}/{attempt}")


def tally_key(batch: BatchId) -> Key:
    """The sums that a batch is counted in."""
    return (f"tally/{batch.campaign}/{batch.revision}", f"{batch.wave:04d}/{lane_of(batch)}")


def reasons_key(batch: BatchId) -> Key:
    """Where the reasons of a batch lie."""
    return (f"reasons/{batch.campaign}", _sorted(batch))


def resolution_key(batch: BatchId, order: int) -> Key:
    """Where a resolution lies; `order` counts those of a batch from 1."""
    return (f"resolutions/{batch.campaign}", f"{_sorted(batch)}/{order:04d}")


def _sorted(batch: BatchId) -> str:
    _, sort = batch_key(batch)
    return f"{batch.revision:06d}/{batch.wave:04d}/{sort}"


def revision_key(campaign: str, revision: int) -> Key:
    """Where a revision lies."""
    return (campaign_of(campaign), f"revision/{revision:06d}")


def end_key(campaign: str, revision: int) -> Key:
    """Where it stands that a revision has ended."""
    return (campaign_of(campaign), f"end/{revision:06d}")


def order_key(order: Order) -> Key:
    """Where an order lies: the first sight of this content of this merge."""
    return (campaign_of(order.campaign), f"order/{order.commit}/{order.digest}")


def positions_text(positions: Sequence[int]) -> str:
    """Positions in order, runs shortened: `4,6-9`. Two lists have the same text only if they are equal."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][1] + 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    return ",".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)


def positions_of(written: str) -> tuple[int, ...]:
    """What `positions_text` wrote."""
    runs = [run.partition("-") for run in written.split(",") if run]
    return tuple(
        position for first, _, last in runs for position in range(int(first), int(last or first) + 1)
    )


def waiting_text(positions: Sequence[int]) -> str:
    """Who waits for another try; a word of its own for nobody, so that no claim of nobody matches."""
    return positions_text(positions) or _NOBODY


def waiting_of(first: Item) -> tuple[int, ...]:
    """Who waits for another try, from the item of a first attempt; nobody from any other."""
    written = str(first.get("waiting", _NOBODY))
    return () if written == _NOBODY else positions_of(written)


def batch_of(item: Item) -> Batch:
    """The batch of a reservation."""
    _, campaign, revision, wave = text(item, "pk").split("/")
    plain, attempt = text(item, "sk").split("/")
    return Batch(
        BatchId(campaign, int(revision), int(wave), int(plain), int(attempt.removeprefix(_WIDER))),
        positions_of(text(item, "positions")),
    )


def resolution_item(resolution: Resolution) -> Item:
    """A resolution as an item."""
    return {
        "before": resolution.before,
        "states": resolution.after,
        "reasons": as_json(resolution.reasons),
        "reason": resolution.reason,
        "by": resolution.by,
        "at": as_text(resolution.at),
    }


def resolution_of(item: Item) -> Resolution:
    """What `resolution_item` wrote."""
    _, campaign = text(item, "pk").split("/")
    revision, wave, batch, attempt, _ = map(int, text(item, "sk").split("/"))
    return Resolution(
        BatchId(campaign, revision, wave, batch, attempt),
        text(item, "before"),
        text(item, "states"),
        json.loads(text(item, "reasons")),
        text(item, "reason"),
        text(item, "by"),
        as_moment(item, "at"),
    )


def as_json(value: object) -> str:
    """The one text for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def order_item(order: Order) -> Item:
    """An order as an item."""
    return {
        "campaign": order.campaign,
        "commit": order.commit,
        "digest": order.digest,
        "checksum": order.checksum,
        "recipients": order.recipients,
        "at": as_text(order.seen_at),
    }


def order_of(item: Item) -> Order:
    """What `order_item` wrote."""
    return Order(
        **{name: text(item, name) for name in ("campaign", "commit", "digest", "checksum")},
        recipients=number(item, "recipients"),
        seen_at=as_moment(item, "at"),
    )


def test_send_item(test_send: TestSend) -> Item:
    """A test send as an item."""
    return {
        "campaign": test_send.campaign,
        "digest": test_send.digest,
        "by": test_send.by,
        "at": as_text(test_send.sent_at),
    }


def test_send_of(item: Item) -> TestSend:
    """What `test_send_item` wrote."""
    return TestSend(text(item, "campaign"), text(item, "digest"), text(item, "by"), as_moment(item, "at"))


_REVISION_WORDS: Final = ("campaign", "commit", "digest", "checksum", "segment", "audience")


def revision_item(revision: Revision) -> Item:
    """A revision as an item."""
    return {
        **{name: getattr(revision, name) for name in _REVISION_WORDS},
        "number": revision.number,
        "recipients": revision.recipients,
        "waves": json.dumps(revision.waves),
        "batch_sizes": json.dumps(revision.batch_sizes),
        "excluded": json.dumps(dict(revision.excluded), ensure_ascii=False),
        "at": as_text(revision.opened_at),
        "barred": revision.barred,
    }


def revision_of(item: Item) -> Revision:
    """What `revision_item` wrote."""
    return Revision(
        **{name: text(item, name) for name in _REVISION_WORDS},
        number=number(item, "number"),
        recipients=number(item, "recipients"),
        waves=tuple(json.loads(text(item, "waves"))),
        batch_sizes=tuple(json.loads(text(item, "batch_sizes"))),
        excluded=json.loads(text(item, "excluded")),
        opened_at=as_moment(item, "at"),
        barred=number(item, "barred"),
    )


def hold_item(hold: Hold) -> Item:
    """A hold as an item."""
    return {
        "scope": hold.scope,
        "kind": hold.kind.value,
        "reason": hold.reason,
        "by": hold.by,
        "about": hold.about,
        "at": as_text(hold.since),
    }


def hold_of(item: Item) -> Hold:
    """What `hold_item` wrote."""
    return Hold(
        scope=text(item, "scope"),
        kind=HoldKind(text(item, "kind")),
        reason=text(item, "reason"),
        by=text(item, "by"),
        since=as_moment(item, "at"),
        about=text(item, "about"),
    )
