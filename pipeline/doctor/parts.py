"""The parts of the doctor that Amazon SES and the local target need; wiring puts them together."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from pipeline.doctor import ses
from pipeline.doctor.line import Line, State, asked, judged
from pipeline.feedback.queue import QueueFacts
from pipeline.models.policy import Policy

#: A complaint may come days later, and a workflow may stand still over a holiday.
_KEPT_FOR: Final = timedelta(days=7)


class SesReader(Protocol):
    """Says how SES stands; every method raises PipelineError where SES cannot be asked."""

    def account(self) -> ses.AccountFacts:
        """The account in the region."""
        ...

    def read_suppression_list(self) -> None:
        """Read one entry, for the right to do so."""
        ...

    def identity(self, address: str) -> ses.IdentityFacts | None:
        """The identity that covers an address; None when there is none."""
        ...

    def configuration_set(self, name: str) -> ses.SetFacts | None:
        """The configuration set; None when there is none."""
        ...


def ses_lines(reader: SesReader, policy: Policy, planned: Callable[[], int]) -> Iterator[Line]:
    """The account, every sender of the policy, every configuration set that they use, and our rights."""
    yield from asked(
        "account",
        lambda: (reader.account(), planned()),
        lambda found: ses.account_lines(found[0], planned=found[1]),
    )
    yield from asked(
        "suppression list, rights",
        reader.read_suppression_list,
        lambda _: [Line("suppression list, rights", State.FINE, "may be read")],
    )
    for name, sender in policy.senders.items():
        yield from asked(
            f"sender {name}",
            partial(reader.identity, sender.address),
            partial(ses.identity_lines, name),
        )
    used, lacking = ses.sets_used({n: sender.configuration_set for n, sender in policy.senders.items()})
    yield from lacking
    for name in used:
        yield from asked(
            f"configuration set {name}",
            partial(reader.configuration_set, name),
            partial(ses.set_lines, name),
        )
    yield ses.NOT_TRIED


def queue_lines(ask: Callable[[], QueueFacts]) -> Iterator[Line]:
    """`ask` looks at the queue of events, with the rights that reading it needs."""
    yield from asked("queue", ask, _queue)


def _queue(facts: QueueFacts) -> Iterator[Line]:
    yield Line("queue", State.FINE, f"can be read; about {facts.waiting:,} events wait")
    yield judged(
        "queue, retention",
        f"an event waits for {facts.kept_for.days} days",
        fine=facts.kept_for >= _KEPT_FOR,
        otherwise=f"events are lost when nobody has read them for {facts.kept_for}",
        remedy="Set its retention period to 14 days (see infra/postmerge.json).",
    )


#: No target reads what SES reports; said, so that nobody takes its silence for good news.
NO_QUEUE: Final = Line(
    "queue",
    State.NOTE,
    "none: nobody hears of bounces and complaints, and no gate can hold for them",
    "Make one (see infra/postmerge.json), and name it: targets.<name>.feedback: {sqs: NAME}.",
)


def outbox_lines(folder: Path) -> Iterator[Line]:
    """Whether mails can be written into a folder; it is made at the first one."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        yield Line("outbox", State.FINE, f"{folder} can be written")
        return
    yield Line(
        "outbox", State.WRONG, f"{there} cannot be written", "Look at the rights of the folder, or the path."
    )


def key_lines(load: Callable[[], bool]) -> Iterator[Line]:
    """`load` reads the key of the unsubscribe links, and says whether there is one."""
    yield from asked("unsubscribe key", load, _key)


def _key(there: bool) -> Iterator[Line]:  # noqa: FBT001 a fact is passed on as it is
    if there:
        yield Line("unsubscribe key", State.FINE, "there")
        return
    yield Line(
        "unsubscribe key",
        State.NOTE,
        "not there yet; it is made with the first mail",
        "Put it where it will stay: POSTMERGE_UNSUBSCRIBE_KEY. A lost key breaks the links of old mails.",
    )
