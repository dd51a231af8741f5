"""From a queue in SQS to what is heard: kept first, deleted then, and nothing strange stands in the way."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.archive.folder import FolderArchive
from pipeline.archive.s3 import S3Archive
from pipeline.archive.store import Archive
from pipeline.clock import ManualClock
from pipeline.errors import PipelineError
from pipeline.feedback import reading
from pipeline.feedback.heard import Heard
from pipeline.feedback.kept import Kept
from pipeline.feedback.queue import QueueFacts
from pipeline.feedback.reading import Listening, Reader, Taken
from pipeline.feedback.sqs import SqsQueue
from pipeline.ledger.sqlite import SqliteLedger
from tests.cloud import BUCKET, QUEUE, REGION, Replies, admin, cloud, make_bucket, make_queue, publish
from tests.feedback.reports import AT, body, event
from tests.ledger.books import CAMPAIGN, REVISION, first_batch

BATCH = first_batch().id
NO_PATIENCE = timedelta(0)


@dataclass
class Desk:
    """A queue, and everything that its reader writes to."""

    url: str
    archive: Archive
    root: Path
    ledger: SqliteLedger
    clock: ManualClock

    def reader(self) -> Reader:
        """Another process."""
        return Reader(SqsQueue(QUEUE, region=REGION), Kept(self.archive), self.ledger, self.clock)

    def waiting(self) -> int:
        """How many the queue still holds, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        said = admin("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(said[name]) for name in names)

    def keys(self, prefix: str = "") -> list[str]:
        """What the archive holds."""
        return list(self.archive.keys(prefix))

    def let_the_lease_end(self) -> None:
        """What was received and not deleted is handed out again, as SQS does after some minutes."""
        from moto.sqs.models import sqs_backends  # noqa: PLC0415 only here, behind the mock

        for message in sqs_backends["123456789012"][REGION].queues[QUEUE]._messages:
            message.change_visibility(0)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(reading, "PATIENCE", NO_PATIENCE)
    with cloud():
        ledger = SqliteLedger(tmp_path / "ledger.db")
        assert ledger.open_revision(REVISION)
        archive = FolderArchive(tmp_path / "archive")
        yield Desk(make_queue(), archive, tmp_path / "archive", ledger, ManualClock(REVISION.opened_at))
        ledger.close()


def test_what_comes_is_kept_counted_and_deleted(desk: Desk) -> None:
    people = [f"m{n}" for n in range(1, 41)]
    publish(desk.url, *(body("Delivery", BATCH, person) for person in people))
    publish(desk.url, body("Bounce", BATCH, "m41"), body("Complaint", BATCH, "m1"))
    told: list[Taken] = []
    taken = desk.reader().drain(tell=told.append)
    assert (taken.ours, taken.aside, desk.waiting()) == ({CAMPAIGN: 42}, {}, 0)
    assert sum((one.ours for one in told), start=Taken().ours) == taken.ours
    heard = desk.reader().kept.heard(CAMPAIGN)
    assert replace(heard, newest_at=None) == Heard(41, 40, bounced=1, complained=1)
    assert heard.newest_at is not None
    assert heard.newest_at.isoformat() == AT.replace(".000Z", "+00:00")
    assert desk.reader().drain() == Taken()


def test_the_events_lie_in_the_archive_as_they_came_and_no_name_there_tells_of_anybody(desk: Desk) -> None:
    wrapped = {"Type": "Notification", "Message": body("Delivery", BATCH, "m1")}
    publish(desk.url, json.dumps(wrapped), body("Bounce", BATCH, "m2"))
    desk.reader().drain()
    [page] = desk.keys(f"events/{CAMPAIGN}/")
    lines = desk.archive.read(page).splitlines()
    sent = [event("Delivery", BATCH, "m1"), event("Bounce", BATCH, "m2")]
    assert sorted(map(json.loads, lines), key=_written) == sorted(sent, key=_written)
    assert "people.example" not in " ".join(desk.keys())
    assert all(b"people.example" not in desk.archive.read(key) for key in desk.keys("heard/"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in desk.root.rglob("*"))


def test_the_same_event_twice_is_one(desk: Desk) -> None:
    publish(desk.url, body("Bounce", BATCH, "m1"), body("Bounce", BATCH, "m1"))
    desk.reader().drain()
    [page] = desk.keys("events/")
    assert len(desk.archive.read(page).splitlines()) == 1
    before = desk.keys()
    publish(desk.url, body("Bounce", BATCH, "m1"))
    desk.reader().drain()
    assert desk.keys() == before
    assert desk.reader().kept.heard(CAMPAIGN).bounced == 1


@pytest.mark.parametrize("dies_at", ["keep", "set_aside", "delete"])
def test_whoever_dies_on_the_way_loses_nothing_and_counts_nothing_twice(
    desk: Desk, dies_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(desk.url, *(body("Bounce", BATCH, f"m{n}") for n in range(3)), "noise")
    with monkeypatch.context() as context:
        context.setattr(SqsQueue if dies_at == "delete" else Kept, dies_at, _die)
        with pytest.raises(KeyboardInterrupt):
            desk.reader().drain()
    assert desk.waiting() == 4
    publish(desk.url, body("Delivery", BATCH, "m7"))
    desk.let_the_lease_end()
    taken = desk.reader().drain()
    assert (taken.ours[CAMPAIGN], taken.aside.total(), desk.waiting()) == (4, 1, 0)
    heard = desk.reader().kept.heard(CAMPAIGN)
    assert (heard.known, heard.delivered, heard.bounced) == (4, 1, 3)


def _written(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _die(*_: object) -> None:
    raise KeyboardInterrupt


NOT_OURS = "not a message of ours: its tags are missing"
NOT_KNOWN = "of a campaign that this ledger does not know"
STRANGE = {
    "{broken": "no JSON",
    "[" * 5000: "no JSON",
    "9" * 5000: "no JSON",
    '"\\ud800"': "no event of SES",
    json.dumps({"Type": "SubscriptionConfirmation", "TopicArn": "arn"}): "no event of SES",
    json.dumps({"eventType": "Delivery", "mail": {"tags": {}}}): NOT_OURS,
    body("Delivery", replace(BATCH, campaign="somebody-elses"), "m1"): NOT_KNOWN,
    body("Delivery", replace(BATCH, campaign="../../etc"), "m1"): NOT_KNOWN,
    body("Delivery", replace(BATCH, revision=9), "m1"): NOT_KNOWN,
}


def test_what_is_nothing_of_ours_is_set_aside_and_stands_in_nobodys_way(desk: Desk) -> None:
    publish(desk.url, *STRANGE, body("Delivery", BATCH, "m1"))
    taken = desk.reader().drain()
    assert taken.aside == Counter(STRANGE.values())
    assert (desk.waiting(), desk.reader().kept.heard(CAMPAIGN).delivered) == (0, 1)
    [key] = desk.keys("aside/")
    kept = [json.loads(line) for line in desk.archive.read(key).splitlines()]
    expected = [body if why == "no JSON" else json.loads(body) for body, why in STRANGE.items()]
    assert sorted(kept, key=_written) == sorted(expected, key=_written)


def test_a_queue_that_is_read_for_a_while_is_asked_again_and_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time passes while the queue is asked; what comes in between is written before it grows old."""
    reader, asked = desk.reader(), 0
    real = SqsQueue.receive

    def receive(queue: SqsQueue, _: timedelta) -> object:
        nonlocal asked
        asked += 1
        desk.clock.sleep(timedelta(seconds=8))
        if asked <= 6:
            publish(desk.url, body("Delivery", BATCH, f"m{asked}"))
        return real(queue, NO_PATIENCE)

    monkeypatch.setattr(SqsQueue, "receive", receive)
    pages: list[Taken] = []
    until = desk.clock.now() + timedelta(minutes=2)
    taken = reader.drain(until=until, stay=True, tell=pages.append)
    assert (taken.ours[CAMPAIGN], asked) == (6, 15)
    assert [page.ours.total() for page in pages] == [5, 1]


def test_a_full_page_is_written_before_the_queue_is_empty(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGE", 10)
    publish(desk.url, *(body("Delivery", BATCH, f"m{n}") for n in range(95)))
    pages: list[Taken] = []
    desk.reader().drain(tell=pages.append)
    assert len(pages) == 2
    assert desk.reader().kept.heard(CAMPAIGN).delivered == 95


def test_a_campaign_that_is_over_is_not_counted_again_and_something_new_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(desk.url, body("Delivery", BATCH, "m1"))
    reader = desk.reader()
    reader.drain()
    first = reader.kept.heard(CAMPAIGN)
    with monkeypatch.context() as context:
        context.setattr(Kept, "_read", _die)
        assert desk.reader().kept.heard(CAMPAIGN) == first
    publish(desk.url, body("Bounce", BATCH, "m2"))
    desk.reader().drain()
    assert (
        reader.kept.heard(CAMPAIGN)
        == desk.reader().kept.heard(CAMPAIGN)
        == replace(first, known=2, bounced=1)
    )


def test_what_was_changed_by_hand_is_not_believed(desk: Desk) -> None:
    publish(desk.url, body("Delivery", BATCH, "m1"))
    desk.reader().drain()
    [key] = desk.keys("heard/")
    (desk.root / key).write_bytes(b"{}")
    with pytest.raises(PipelineError, match="is damaged"):
        desk.reader().kept.heard(CAMPAIGN)


def test_while_mail_leaves_queue_and_archive_are_looked_into_once_a_minute(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = Listening(desk.reader())
    assert listening.heard(CAMPAIGN) == Heard()
    publish(desk.url, body("Delivery", BATCH, "m1"))
    with monkeypatch.context() as context:
        context.setattr(FolderArchive, "keys", _die)
        assert listening.heard(CAMPAIGN) == Heard()
    desk.clock.sleep(timedelta(minutes=1))
    assert listening.heard(CAMPAIGN).delivered == 1
    assert desk.waiting() == 0


def test_it_is_the_same_in_a_bucket(desk: Desk) -> None:
    make_bucket()
    there = replace(desk, archive=S3Archive(BUCKET, region=REGION))
    publish(desk.url, body("Delivery", BATCH, "m1"), body("Bounce", BATCH, "m2"), "noise")
    there.reader().drain()
    assert there.reader().kept.heard(CAMPAIGN).known == there.reader().kept.heard(CAMPAIGN).known == 2
    assert len(there.keys("aside/")) == 1


@pytest.mark.usefixtures("desk")
def test_a_queue_that_cannot_be_used_says_so_in_a_sentence() -> None:
    with pytest.raises(PipelineError, match="The queue events does not exist in this region") as told:
        SqsQueue("events", region=REGION).receive(NO_PATIENCE)
    assert "infra/postmerge.json" in told.value.remedy
    queue = SqsQueue(QUEUE, region=REGION)
    assert queue.receive(NO_PATIENCE) == []
    denied = b'{"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "not you"}'
    Replies(queue._client, "*", 403, denied)
    with pytest.raises(PipelineError, match=f"The queue {QUEUE} may not be used"):
        queue.receive(NO_PATIENCE)


def test_what_the_queue_does_not_delete_is_said_and_comes_again(desk: Desk) -> None:
    publish(desk.url, body("Delivery", BATCH, "m1"))
    reader = desk.reader()
    stays = b'{"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": false}], "Successful": []}'
    Replies(reader.queue._client, "DeleteMessageBatch", 200, stays)  # type: ignore[attr-defined]
    with pytest.raises(PipelineError, match="did not delete 1 of 1: InternalError"):
        reader.drain()
    desk.let_the_lease_end()
    desk.reader().drain()
    assert (desk.waiting(), desk.reader().kept.heard(CAMPAIGN).known) == (0, 1)


def test_a_queue_says_how_it_stands_and_looking_takes_nothing_out(desk: Desk) -> None:
    publish(desk.url, "one", "two")
    assert desk.reader().queue.facts() == QueueFacts(2, timedelta(days=14))
    assert len(desk.reader().queue.receive(NO_PATIENCE)) == 2
