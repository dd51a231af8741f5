"""What pages of events come to: the same whatever their order, their pages, and however often they come."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feedback import reading
from pipeline.feedback.event import Event, EventKind, MessageName, event_of
from pipeline.feedback.extract import Tally, events_of, extract_of
from pipeline.feedback.heard import Heard
from pipeline.feedback.queue import Notice
from pipeline.ledger.entry import BatchId
from tests.feedback.reports import event

BATCH, OTHER = BatchId("sale", 1, 1, 1), BatchId("sale", 1, 2, 7, 2)
NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)

KINDS = {
    "sent": [("Send", "")],
    "delivered": [("Send", ""), ("Delivery", "")],
    "opened": [("Open", ""), ("Click", ""), ("DeliveryDelay", "")],
    "bounced": [("Bounce", "Permanent")],
    "bounced later": [("Delivery", ""), ("Bounce", "Permanent")],
    "mailbox full": [("Bounce", "Transient")],
    "full, then delivered": [("Bounce", "Transient"), ("Delivery", "")],
    "complained": [("Delivery", ""), ("Complaint", "")],
    "complained, and the delivery was not told": [("Complaint", "")],
    "rejected": [("Reject", "")],
    "not rendered": [("Send", ""), ("Rendering Failure", "")],
}
#: known, delivered, bounced, complained, lost
COUNTED = {
    "sent": (0, 0, 0, 0, 0),
    "delivered": (1, 1, 0, 0, 0),
    "opened": (0, 0, 0, 0, 0),
    "bounced": (1, 0, 1, 0, 0),
    "bounced later": (1, 0, 1, 0, 0),
    "mailbox full": (1, 0, 0, 0, 0),
    "full, then delivered": (1, 1, 0, 0, 0),
    "complained": (1, 1, 0, 1, 0),
    "complained, and the delivery was not told": (1, 1, 0, 1, 0),
    "rejected": (1, 0, 0, 0, 1),
    "not rendered": (1, 0, 0, 0, 1),
}


def _events(fate: str, person: str, batch: BatchId = BATCH) -> list[Event]:
    made = [event_of(event(kind, batch, person, bounce=bounce)) for kind, bounce in KINDS[fate]]
    assert all(isinstance(one, Event) for one in made)
    return made  # type: ignore[return-value]


def _heard(*pages: list[Event]) -> Heard:
    tally = Tally()
    for page in pages:
        tally.add(extract_of("sale", page))
    return tally.heard()


@pytest.mark.parametrize("fate", list(KINDS))
def test_a_person_is_counted_once_under_the_worst_that_was_heard(fate: str) -> None:
    assert _heard(_events(fate, "m1")) == Heard(*COUNTED[fate], newest_at=NOW)


@given(
    st.lists(st.tuples(st.sampled_from(list(KINDS)), st.integers(1, 9)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_doubled_late_and_reordered_events_change_nothing(
    fates: list[tuple[str, int]], chance: object
) -> None:
    events = [one for fate, person in fates for one in _events(fate, f"m{person}")]
    in_order = _heard(events)
    mixed = [*events, *events[::2]]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert _heard(mixed[::2], mixed[1::2], mixed[:3]) == in_order


def test_somebody_whose_mail_left_at_the_second_try_is_one_person() -> None:
    assert _heard(_events("mailbox full", "m1", BATCH), _events("delivered", "m1", OTHER)).known == 1


def test_the_newest_moment_is_that_of_the_event_itself_in_any_zone() -> None:
    late = event("Complaint", BATCH, "m1", at="2026-12-03T10:00:00+09:00")
    late["mail"]["timestamp"] = "2026-12-01T00:00:00Z"
    read = event_of(late)
    assert isinstance(read, Event)
    assert _heard(_events("sent", "m2"), [read]).newest_at == datetime(2026, 12, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", 5, None, "2026-12-01T01:00:00", "9999-99-99T00:00:00Z"),
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_moment_that_cannot_be_read_is_none(written: object) -> None:
    strange = event("Send", BATCH, "m1")
    strange["mail"]["timestamp"] = written
    read = event_of(strange)
    assert isinstance(read, Event)
    assert _heard([read]) == Heard()


def test_the_events_of_a_batch_are_found_again() -> None:
    page = [*_events("bounced", "m1"), *_events("delivered", "m2", OTHER), *_events("sent", "m3")]
    found = set(events_of(extract_of("sale", page), frozenset({BATCH, BatchId("other", 1, 2, 7, 2)})))
    names = {one.message.recipient for one in _events("bounced", "m1") + _events("sent", "m3")}
    assert found == {
        Event(kind, MessageName(BATCH, tag), permanent=kind is EventKind.BOUNCE)
        for kind, tag in zip((EventKind.BOUNCE, EventKind.SEND), sorted(names, key=_is_sent), strict=True)
    }


def _is_sent(tag: str) -> bool:
    return tag == _events("sent", "m3")[0].message.recipient


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
_MOMENTS = st.datetimes(timezones=st.timezones()).map(datetime.isoformat)


@given(kind=st.sampled_from(list(EventKind)), odd=_JSON | _MOMENTS, place=st.integers(0, 5), data=st.data())
def test_no_event_whatever_stands_in_it_stops_the_reading_of_a_page(
    kind: EventKind, odd: object, place: int, data: st.DataObject
) -> None:
    """One notice that raised would come again for ever, and everything behind it would wait."""
    strange = event(str(kind), BATCH, "m1", bounce="Transient")
    mail, detail = strange["mail"], strange[str(kind).lower()]
    tag = data.draw(st.sampled_from(sorted(mail["tags"])))
    holder, name = [
        (detail, "timestamp"),
        (mail, "timestamp"),
        (mail["tags"], tag),
        (strange, "mail"),
        (strange, str(kind).lower()),
        (detail, "bounceType"),
    ][place]
    holder[name] = odd
    page = [Notice(json.dumps(strange), ""), Notice(json.dumps(odd), "")]
    found = reading._sorted_out(page, Everything())  # type: ignore[arg-type]
    for campaign, events in found.events.items():
        Tally().add(extract_of(campaign, events))
    assert found.taken.ours.total() + found.taken.aside.total() == 2


class Everything:
    def __contains__(self, _: object) -> bool:
        return True
