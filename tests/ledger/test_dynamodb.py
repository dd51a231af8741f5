"""The ledger in DynamoDB: answers that are lost, transactions in the way, and tables that are no ledger."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from pipeline.clock import ManualClock
from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb import DynamoDbLedger
from pipeline.ledger.entry import Reserved, Revision, Superseded, Taken, TestSend, batches_of
from pipeline.ledger.hold import EVERYTHING, HeldBack
from tests.cloud import REGION, REPOSITORY, TABLE, LostAnswers, Replies, admin, cloud, make_table
from tests.ledger.books import (
    CAMPAIGN,
    ORDER,
    REVISION,
    claim,
    first_batch,
    halt,
    lift_of,
    minute,
    outcomes,
    send,
)

pytestmark = pytest.mark.slow

#: 40 batches of one.
_LONG = replace(REVISION, recipients=40, waves=(40,), batch_sizes=(1,))


@pytest.fixture(autouse=True)
def _cloud() -> Iterator[None]:
    """An account with the table; the client does not wait between its tries."""
    quickly = SimpleNamespace(sleep=lambda _: None)
    with cloud(), mock.patch("botocore.endpoint.time", quickly):
        make_table()
        yield


def _open(name: str = TABLE, repository: str = REPOSITORY, *, rehearsal: bool = False) -> DynamoDbLedger:
    ledger = DynamoDbLedger(name, repository=repository, region=REGION, rehearsal=rehearsal)
    ledger._real._clock = ManualClock(REVISION.opened_at)  # type: ignore[assignment]
    return ledger


def _opened(revision: Revision = REVISION) -> DynamoDbLedger:
    ledger = _open()
    assert ledger.open_revision(revision)
    return ledger


def _client(ledger: DynamoDbLedger) -> Any:
    return ledger._real._client


def _items() -> list[dict[str, Any]]:
    return sorted(
        admin("dynamodb").scan(TableName=TABLE)["Items"], key=lambda item: (item["pk"]["S"], item["sk"]["S"])
    )


# An answer is lost after the write went through.


def _lose(ledger: DynamoDbLedger, times: int = 1) -> LostAnswers:
    return LostAnswers(_client(ledger), "TransactWriteItems", times)


def test_a_reservation_whose_answer_was_lost_is_ours() -> None:
    ledger = _opened()
    lost = _lose(ledger)
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    assert lost.seen == 2
    assert _open().reserve(claim(first_batch(), "two")) == Taken()
    assert ledger.waves(REVISION)[1].unknown == 2


def test_a_reservation_that_never_had_an_answer_stops_the_sender_and_is_found_again() -> None:
    ledger = _opened()
    _lose(ledger, times=6)
    with pytest.raises(PipelineError, match="ledger table postmerge-ledger did not answer"):
        ledger.reserve(claim(first_batch(), "one"))
    assert ledger.unsettled(CAMPAIGN) == (first_batch().id,)
    assert ledger.reserve(claim(first_batch(), "two")) == Taken()
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()


def test_outcomes_whose_answer_was_lost_are_written_once_and_told_as_written() -> None:
    ledger = _opened()
    assert ledger.reserve(claim(first_batch())) == Reserved()
    _lose(ledger)
    assert ledger.settle(outcomes(first_batch(), "ar", reason="gone"))
    assert ledger.account(CAMPAIGN).reasons == {"gone": 1}
    assert ledger.waves(REVISION)[1].accepted == 1
    assert not ledger.settle(outcomes(first_batch(), "ar", reason="gone"))


def test_outcomes_of_somebody_else_are_not_taken_for_ours_when_an_answer_was_lost() -> None:
    ledger, other = _opened(), _open()
    assert ledger.reserve(claim(first_batch())) == Reserved()
    # Between our look and our write the other one settles; our first try then has no answer.
    _client(ledger).meta.events.register(
        "after-call.dynamodb.GetItem", lambda **_: other.settle(outcomes(first_batch(), "rr"))
    )
    _lose(ledger)
    assert not ledger.settle(outcomes(first_batch(), "aa"))
    assert ledger.account(CAMPAIGN).refused == 2


def test_a_revision_whose_answer_was_lost_is_open() -> None:
    ledger = _open()
    _lose(ledger)
    assert ledger.open_revision(REVISION)
    assert not _open().open_revision(replace(REVISION, audience="the other sender's"))
    assert not ledger.open_revision(REVISION)


@pytest.mark.parametrize("scope", [CAMPAIGN, EVERYTHING])
def test_a_hold_and_its_lift_count_once_although_their_answers_were_lost(scope: str) -> None:
    ledger = _opened()
    _lose(ledger)
    ledger.place(halt(scope))
    assert _open().reserve(claim(first_batch())) == HeldBack((halt(scope),))
    _lose(ledger)
    ledger.lift(lift_of(halt(scope)))
    assert _open().reserve(claim(first_batch())) == Reserved()


def test_the_end_of_a_revision_an_order_and_a_test_send_survive_a_lost_answer() -> None:
    ledger = _opened()
    for deed in (
        lambda: ledger.end_revision(CAMPAIGN, 1, minute(5)),
        lambda: ledger.record_order(ORDER),
        lambda: ledger.record_test_send(TestSend(CAMPAIGN, "d1", "Ken Abe", minute(6))),
    ):
        _lose(ledger)
        deed()
    assert ledger.has_ended(CAMPAIGN, 1)
    assert ledger.orders(CAMPAIGN) == (ORDER,)
    assert len(ledger.test_sends(CAMPAIGN, "d1")) == 1


# Other transactions are in the way.


def _cancelled(*codes: str) -> bytes:
    return json.dumps(
        {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": [{"Code": code} for code in codes],
        }
    ).encode()


def _conflict(actions: int) -> bytes:
    return _cancelled(*["None"] * (actions - 1), "TransactionConflict")


def test_a_reservation_waits_for_other_transactions() -> None:
    ledger = _opened()
    replies = Replies(_client(ledger), "TransactWriteItems", 400, _conflict(4), times=5)
    assert ledger.reserve(claim(first_batch())) == Reserved()
    assert replies.seen == 6


def test_a_stop_gets_through_a_send_that_is_always_in_the_way() -> None:
    ledger = _opened()
    Replies(_client(ledger), "TransactWriteItems", 400, _conflict(11), times=30)
    ledger.place(halt(at=3))
    assert isinstance(_open().reserve(claim(first_batch())), HeldBack)


def test_a_table_that_is_always_busy_is_told_in_the_end() -> None:
    ledger = _opened()
    Replies(_client(ledger), "TransactWriteItems", 400, _conflict(4), times=10_000)
    with pytest.raises(PipelineError, match="is busy: other transactions") as error:
        ledger.reserve(claim(first_batch()))
    assert "goes on where it stopped" in error.value.remedy
    assert ledger.unsettled(CAMPAIGN) == ()


def test_a_look_at_why_waits_for_other_transactions_too() -> None:
    ledger = _opened()
    ledger.place(halt())
    Replies(_client(ledger), "TransactGetItems", 400, _cancelled("None", "TransactionConflict", "None"))
    assert ledger.reserve(claim(first_batch())) == HeldBack((halt(),))


def test_a_transaction_refused_for_a_reason_nobody_knows_is_no_answer() -> None:
    ledger = _opened()
    Replies(
        _client(ledger),
        "TransactWriteItems",
        400,
        _cancelled(*["None"] * 3, "ItemCollectionSizeLimitExceeded"),
    )
    with pytest.raises(PipelineError, match="ItemCollectionSizeLimitExceeded"):
        ledger.reserve(claim(first_batch()))


def test_of_many_threads_each_batch_is_given_to_one() -> None:
    ledgers = [_opened(_LONG), _open(), _open()]
    batches = list(batches_of(_LONG, 1))
    with ThreadPoolExecutor(6) as pool:
        asked = [(ledger, batch, number) for batch in batches for number, ledger in enumerate(ledgers)]
        answers = list(pool.map(lambda a: (a[1], a[0].reserve(claim(a[1], str(a[2])))), asked))
    won = [batch for batch, answer in answers if answer == Reserved()]
    assert sorted(batch.id for batch in won) == [batch.id for batch in batches]
    assert ledgers[0].waves(_LONG)[1].reserved == 40


def test_a_sender_whose_clock_is_behind_moves_no_moment_back() -> None:
    ledger, behind = _opened(), _open()
    one, two = batches_of(REVISION, 2)
    lane_mate = replace(one, id=replace(one.id, number=one.id.number + 8))
    send(ledger, one, "aaa", at=9)
    assert behind.reserve(claim(lane_mate, at=3)) == Reserved()
    assert behind.reserve(claim(two, at=3)) == Reserved()
    assert behind.newest_entry_at() == minute(9)
    assert ledger.waves(REVISION)[2].last_entry_at == minute(9)


# The state that reservations look at lies in several copies.


@pytest.mark.parametrize("scope", [CAMPAIGN, EVERYTHING])
def test_a_stop_and_its_lift_reach_every_batch(scope: str) -> None:
    ledger = _opened(_LONG)
    ledger.place(halt(scope))
    answers = {ledger.reserve(claim(batch)) for batch in batches_of(_LONG, 1)}
    assert answers == {HeldBack((halt(scope),))}
    ledger.lift(lift_of(halt(scope)))
    assert {ledger.reserve(claim(batch)) for batch in batches_of(_LONG, 1)} == {Reserved()}


def test_the_end_of_a_revision_and_the_next_one_reach_every_batch() -> None:
    ledger = _opened(_LONG)
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert {ledger.reserve(claim(batch)) for batch in batches_of(_LONG, 1)} == {Superseded()}
    later = replace(_LONG, number=2)
    assert ledger.open_revision(later)
    assert {ledger.reserve(claim(batch)) for batch in batches_of(_LONG, 1)} == {Superseded()}
    assert {ledger.reserve(claim(batch)) for batch in batches_of(later, 1)} == {Reserved()}


# What is read, and what it costs.


def _asked(ledger: DynamoDbLedger) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []
    _client(ledger).meta.events.register(
        "provide-client-params.dynamodb", lambda params, model, **_: asked.append((model.name, params))
    )
    return asked


def test_the_state_of_a_campaign_is_read_without_reading_its_batches() -> None:
    ledger = _opened(_LONG)
    for batch in batches_of(_LONG, 1):
        send(ledger, batch, "a")
    asked = _asked(ledger)
    assert ledger.account(CAMPAIGN).accepted == 40
    assert ledger.waves(_LONG)[1].accepted == 40
    assert ledger.unsettled(CAMPAIGN) == ()
    read = [params["ExpressionAttributeValues"][":pk"]["S"] for _, params in asked]
    assert read
    assert not [partition for partition in read if partition.startswith("batches/")]


def test_every_read_sees_what_was_written_before() -> None:
    ledger = _opened()
    asked = _asked(ledger)
    ledger.reserve(claim(first_batch()))
    ledger.reserve(claim(first_batch(), "two"))
    ledger.settle(outcomes(first_batch(), "ah"))
    list(ledger.open_batches(REVISION, 1))
    ledger.holds(CAMPAIGN)
    reads = {name: params for name, params in asked if name in {"Query", "GetItem"}}
    assert reads.keys() == {"Query", "GetItem"}
    assert all(params.get("ConsistentRead") is True for params in reads.values())


def test_a_batch_of_fifty_costs_what_the_documents_say() -> None:
    """14 units: 4 actions to reserve, 3 to settle, each on at most 1 kB, and each counts twice."""
    wide = replace(REVISION, recipients=5_000_000, waves=(5_000_000,), batch_sizes=(50,))
    ledger = _opened(wide)
    batch = next(batch for batch in batches_of(wide, 1) if batch.id.number == 99_999)
    asked = _asked(ledger)
    assert ledger.reserve(claim(batch)) == Reserved()
    assert ledger.settle(outcomes(batch, "ah" * 25))
    assert [len(params["TransactItems"]) for name, params in asked if name == "TransactWriteItems"] == [4, 3]
    sizes = {item["pk"]["S"]: len(json.dumps(item)) for item in _items() if item["pk"]["S"] != "ledger"}
    assert max(sizes.values()) < 1000


def test_a_ledger_of_many_pages_is_read_to_the_end() -> None:
    ledger = _opened(_LONG)
    for batch in batches_of(_LONG, 1):
        send(ledger, batch, "a" if batch.id.number % 2 else "h")

    def a_little(params: dict[str, Any], **_: Any) -> None:
        params["Limit"] = 3

    _client(ledger).meta.events.register("provide-client-params.dynamodb.Query", a_little)
    assert len(list(ledger.open_batches(_LONG, 1))) == 20
    assert len(list(ledger.reserved_positions(_LONG))) == 20
    assert ledger.account(CAMPAIGN).held == 20


def test_nothing_in_the_table_names_a_recipient() -> None:
    ledger = _opened()
    ledger.record_order(ORDER)
    ledger.record_test_send(TestSend(CAMPAIGN, "d1", "Ken Abe", minute(0)))
    send(ledger, first_batch(), "rh", reason="gone")
    ledger.place(halt())
    ledger.lift(lift_of(halt()))
    names = {name for item in _items() for name in item}
    words = (
        "pk sk repository format campaign commit digest checksum recipients at by number segment audience "
        "waves batch_sizes excluded barred revision state standing newest token positions states settled_at "
        "deferred reserved accepted refused unknown under_way reasons scope kind reason about "
        "attempts waiting resolved resolutions before"
    )
    assert names <= set(words.split())


# A table that is missing, foreign, closed or far away.


def test_a_missing_table_is_named() -> None:
    with pytest.raises(PipelineError, match="ledger table other-ledger does not exist") as error:
        _open("other-ledger")
    assert "policy.yaml" in error.value.remedy


def test_the_table_of_another_repository_is_refused() -> None:
    _open().close()
    _open().close()
    before = _items()
    with pytest.raises(PipelineError, match=r"another repository: hanamori/campaigns, not kawabe/letters"):
        _open(repository="kawabe/letters")
    assert _items() == before


def test_a_table_in_another_format_is_refused() -> None:
    item = {"pk": {"S": "ledger"}, "sk": {"S": "identity"}, "repository": {"S": REPOSITORY}}
    admin("dynamodb").put_item(TableName=TABLE, Item={**item, "format": {"S": "2, 16 lanes"}})
    with pytest.raises(PipelineError, match="another version"):
        _open()


def test_another_programs_table_is_left_alone() -> None:
    admin("dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": "order"}, "sk": {"S": "1"}})
    before = _items()
    with pytest.raises(PipelineError, match="no ledger of Postmerge"):
        _open()
    assert _items() == before


def test_a_table_with_other_keys_is_refused() -> None:
    make_table(
        "odd",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    with pytest.raises(PipelineError, match="not built as a ledger"):
        _open("odd")


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("ExpiredTokenException", 400, "credentials have expired"),
        ("UnrecognizedClientException", 400, "does not know these credentials"),
        ("AccessDeniedException", 400, "may not be used"),
        ("ProvisionedThroughputExceededException", 400, "slowed us down"),
        ("InternalServerError", 500, "failure at AWS"),
        ("ResourceNotFoundException", 400, "does not exist"),
    ],
)
@pytest.mark.parametrize("operation", ["TransactWriteItems", "Query", "GetItem"])
def test_a_ledger_that_cannot_be_used_says_why_in_the_middle_of_a_send(
    operation: str, code: str, status: int, told: str
) -> None:
    ledger = _opened()
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "no"}).encode()
    Replies(_client(ledger), operation, status, body, times=100)
    deeds: dict[str, Callable[[], object]] = {
        "TransactWriteItems": lambda: ledger.reserve(claim(first_batch())),
        "Query": lambda: ledger.account(CAMPAIGN),
        "GetItem": lambda: ledger.has_ended(CAMPAIGN, 1),
    }
    with pytest.raises(PipelineError, match=told) as error:
        deeds[operation]()
    assert TABLE in error.value.sentence
    assert error.value.remedy


def test_throttling_that_passes_is_not_noticed() -> None:
    ledger = _opened()
    body = json.dumps({"__type": "com.amazonaws#ThrottlingException", "message": "slow"}).encode()
    Replies(_client(ledger), "TransactWriteItems", 400, body, times=3)
    assert ledger.reserve(claim(first_batch())) == Reserved()


def test_no_network_is_told() -> None:
    with (
        mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        pytest.raises(PipelineError, match="did not answer") as error,
    ):
        _open()
    assert "network" in error.value.remedy


def test_no_credentials_are_told() -> None:
    environment = {name: value for name, value in os.environ.items() if "_KEY" not in name}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        pytest.raises(PipelineError, match="no valid AWS credentials"),
    ):
        _open()


def test_no_region_is_told() -> None:
    environment = {name: value for name, value in os.environ.items() if "REGION" not in name}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        pytest.raises(PipelineError, match="no AWS region"),
    ):
        DynamoDbLedger(TABLE, repository=REPOSITORY, region=None)


def test_whether_the_table_can_be_brought_back_is_known() -> None:
    ledger = _open()
    assert ledger.point_in_time_recovery_enabled() is False
    admin("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert ledger.point_in_time_recovery_enabled() is True


def test_a_hold_that_nobody_placed_cannot_be_lifted() -> None:
    with pytest.raises(PipelineError, match="knows no hold"):
        _open().lift(lift_of(halt()))


# A rehearsal.


def test_a_rehearsal_starts_from_the_ledger_and_changes_nothing() -> None:
    ledger = _opened()
    send(ledger, first_batch(), "ah")
    before = _items()
    rehearsal = _open(rehearsal=True)
    assert rehearsal.account(CAMPAIGN) == ledger.account(CAMPAIGN)
    assert rehearsal.reserve(claim(first_batch(), "two")) == Taken()
    send(rehearsal, first_batch(wave=2), "aaa")
    rehearsal.place(halt())
    assert isinstance(rehearsal.reserve(claim(first_batch())), HeldBack)
    assert rehearsal.account(CAMPAIGN).accepted == 4
    assert rehearsal.newest_entry_at() == minute(2)
    assert _items() == before
    assert ledger.holds(CAMPAIGN) == ()


def test_a_rehearsal_on_an_empty_table_does_not_make_it_a_ledger() -> None:
    rehearsal = _open(rehearsal=True)
    assert rehearsal.open_revision(REVISION)
    assert rehearsal.reserve(claim(first_batch())) == Reserved()
    assert _items() == []


def test_moments_in_other_zones_are_the_same_moments() -> None:
    ledger = _open()
    tokyo = datetime.fromisoformat("2026-12-01T19:00:00+09:00")
    ledger.record_order(replace(ORDER, seen_at=tokyo))
    assert ledger.orders(CAMPAIGN)[0].seen_at == tokyo.astimezone(UTC)
