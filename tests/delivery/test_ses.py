"""The SES transport against a real server: nobody twice, nothing guessed, and one bad entry harms nobody."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from pipeline.delivery.ses import SesTransport, written
from pipeline.delivery.transport import Parcel
from pipeline.ledger.entry import BatchId, State
from pipeline.models.recipient import Recipient
from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Letterhead, Message
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, woven
from tests.delivery.ses_server import Json, Reply, Server, fine, refusal, serving, statuses

NEWS = Mailbox("はなもり通販", "news@mail.hanamori.example")
LETTERHEAD = Letterhead(NEWS, "help@hanamori.example", (), (("campaign", "sale"), ("wave", "2")))
BATCH = BatchId("sale", 1, 2, 3)
STENCIL = woven([0, "様"], ["Dear {", 0, "}\n"], ["<p>", 0, "</p>"], 1)
OTHER = woven(["Hello"], ["Hello ", 0, "\n"], ["<i>", 0, "</i>"], 1)


@pytest.fixture(scope="module")
def _running() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(_running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    _running.requests.clear()
    _running.answering = fine
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    # what a helpful environment would do to everybody
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    return _running


@pytest.fixture
def ses(server: Server) -> SesTransport:
    return SesTransport.connect("ap-northeast-1", {NEWS: "campaigns"}, endpoint=server.url)


def parcel(number: int, stencil: object = STENCIL, name: str = "") -> Parcel:
    name = name or f"Person {number}"
    row = Recipient(f"m{number}", f"m{number}@people.example", {"name": name})
    filling = Filling(stencil, (name,))  # type: ignore[arg-type]
    message = Message(
        LETTERHEAD,
        row.address,
        row.id,
        row.seal,
        filling,
        headers=(
            ("List-Unsubscribe", f"<https://u.hanamori.example/{number}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
        tag=f"hash{number}",
    )
    return Parcel(row, message)


def with_file(made: Parcel, file: AttachedFile) -> Parcel:
    letterhead = replace(made.message.letterhead, attachments=(file,))
    return replace(made, message=replace(made.message, letterhead=letterhead))


def alone(number: int) -> Parcel:
    made = parcel(number)
    return replace(made, message=replace(made.message, said=made.message.words))


def states(ses: SesTransport, parcels: list[Parcel]) -> str:
    return "".join(outcome.state.value for outcome in ses.send(BATCH, parcels).outcomes)


def test_fifty_people_share_one_call_and_each_has_his_own_words(server: Server, ses: SesTransport) -> None:
    assert states(ses, [parcel(n) for n in range(50)]) == "a" * 50
    ((path, request),) = server.requests
    assert path.endswith("outbound-bulk-emails")
    template = request["DefaultContent"]["Template"]
    entry = request["BulkEmailEntries"][7]
    data = json.loads(entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"])
    assert set(data) == set(json.loads(template["TemplateData"]))
    assert set(json.loads(template["TemplateData"]).values()) == {""}
    words = template["TemplateContent"]["Text"]
    for slot, value in data.items():
        words = words.replace(f"{{{{{slot}}}}}", value)
    assert words == parcel(7).message.text == "Dear {Person 7}\n"
    assert entry["Destination"] == {"ToAddresses": ["m7@people.example"]}
    assert [header["Name"] for header in entry["ReplacementHeaders"]] == [
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ]
    assert entry["ReplacementTags"] == [{"Name": "recipient", "Value": "hash7"}]
    assert {tag["Name"] for tag in request["DefaultEmailTags"]} == {"campaign", "wave"}
    assert request["ConfigurationSetName"] == "campaigns"
    assert request["ReplyToAddresses"] == ["help@hanamori.example"]
    assert request["FromEmailAddress"].endswith(" <news@mail.hanamori.example>")
    assert request["FromEmailAddress"].isascii()


def test_the_service_model_knows_every_request(server: Server, ses: SesTransport) -> None:
    file = AttachedFile("guide.pdf", "application/pdf", b"%PDF")
    parcels = [with_file(p, file) for p in (parcel(1), parcel(2))]
    ses.send(BATCH, [*parcels, alone(3)])
    model = boto3.session.Session().client("sesv2", region_name="eu-west-1").meta.service_model
    assert len(server.requests) == 2
    for path, request in server.requests:
        operation = "SendBulkEmail" if path.endswith("bulk-emails") else "SendEmail"
        report = ParamValidator().validate(request, model.operation_model(operation).input_shape)
        assert not report.has_errors(), report.generate_report()


def test_the_address_of_a_recipient_stands_in_no_tag_and_only_once(server: Server, ses: SesTransport) -> None:
    ses.send(BATCH, [parcel(1), parcel(2)])
    assert json.dumps(server.requests).count("m1@people.example") == 1


def test_different_kinds_of_a_mail_go_in_different_calls(server: Server, ses: SesTransport) -> None:
    parcels = [parcel(1), parcel(2, OTHER), parcel(3), alone(4), alone(5), parcel(6, OTHER)]
    assert states(ses, parcels) == "aaaaaa"
    assert sorted(server.addresses) == [f"m{n}@people.example" for n in range(1, 7)]
    assert len(server.requests) == 3


def test_a_single_mail_of_its_own_is_sent_as_it_is(server: Server, ses: SesTransport) -> None:
    file = AttachedFile("guide.pdf", "application/pdf", b"%PDF")
    made = alone(1)
    made = with_file(made, file)
    assert states(ses, [made]) == "a"
    ((path, request),) = server.requests
    assert path.endswith("outbound-emails")
    simple = request["Content"]["Simple"]
    assert simple["Subject"]["Data"] == "Person 1様"
    assert simple["Body"]["Text"]["Data"] == made.message.text
    assert simple["Body"]["Html"]["Data"] == made.message.html
    assert simple["Headers"][0]["Name"] == "List-Unsubscribe"
    assert simple["Attachments"][0]["RawContent"] == "JVBERg=="
    assert {tag["Name"] for tag in request["EmailTags"]} == {"campaign", "wave", "recipient"}


def test_a_message_changed_after_rendering_is_sent_as_it_is_now(server: Server, ses: SesTransport) -> None:
    made = parcel(1)
    marked = replace(made.message.words, subject="[TEST] Hello")
    ses.send(BATCH, [replace(made, message=replace(made.message, said=marked))])
    assert server.requests[0][1]["Content"]["Simple"]["Subject"]["Data"] == "[TEST] Hello"


def test_mails_too_long_for_one_call_go_in_several(server: Server, ses: SesTransport) -> None:
    assert states(ses, [parcel(n, OTHER, "長" * 40_000) for n in range(10)]) == "a" * 10
    assert len(server.requests) > 1
    assert all(
        len(json.dumps(request, ensure_ascii=False).encode()) < 1_000_000 for _, request in server.requests
    )
    assert sorted(server.addresses) == sorted(f"m{n}@people.example" for n in range(10))


def test_attachments_too_large_for_bulk_go_one_by_one(server: Server, ses: SesTransport) -> None:
    file = AttachedFile("guide.pdf", "application/pdf", b"x" * 900_000)
    parcels = [parcel(n) for n in range(3)]
    parcels = [with_file(p, file) for p in parcels]
    assert states(ses, parcels) == "aaa"
    assert [path.rpartition("/")[2] for path, _ in server.requests] == ["outbound-emails"] * 3


def test_a_message_that_ses_would_not_take_harms_nobody_else(server: Server, ses: SesTransport) -> None:
    poisoned = parcel(2)
    words = replace(poisoned.message.words, subject="x" * 999)
    poisoned = replace(poisoned, message=replace(poisoned.message, said=words))
    assert states(ses, [parcel(1), poisoned, parcel(3)]) == "ara"
    assert server.addresses == ["m1@people.example", "m3@people.example"]


def test_the_account_sees_whose_call_it_is(ses: SesTransport) -> None:
    seen: list[str] = []

    def note(request: Any, **_: Any) -> None:
        seen.append(request.headers["User-Agent"].decode())

    ses._client.meta.events.register("before-send.sesv2.SendBulkEmail", note)
    assert states(ses, [parcel(1), parcel(2)]) == "aa"
    (agent,) = seen
    assert agent.startswith("Postmerge Boto3/")


@pytest.mark.parametrize("place", [0, 1, 24, 49])
def test_one_entry_that_spoils_the_call_is_found_and_the_other_49_get_their_mail_once(
    server: Server, ses: SesTransport, place: int
) -> None:
    def answer(path: str, request: Json) -> Reply:
        if any(
            entry["Destination"]["ToAddresses"] == [f"m{place}@people.example"]
            for entry in request["BulkEmailEntries"]
        ):
            return refusal("BadRequestException")
        accepted.extend(entry["Destination"]["ToAddresses"][0] for entry in request["BulkEmailEntries"])
        return fine(path, request)

    accepted: list[str] = []
    server.answering = answer
    sent = ses.send(BATCH, [parcel(n) for n in range(50)])
    assert [outcome.state for n, outcome in enumerate(sent.outcomes) if n != place] == [State.ACCEPTED] * 49
    assert sent.outcomes[place].state is State.REFUSED
    assert len(accepted) == len(set(accepted)) == 49
    assert sent.trouble is None


@pytest.mark.parametrize("count", [1, 2, 5, 50])
def test_a_template_that_ses_refuses_costs_nobody_his_mail_and_stops(
    server: Server, ses: SesTransport, count: int
) -> None:
    server.answering = lambda _path, _request: refusal("BadRequestException")
    sent = ses.send(BATCH, [parcel(n) for n in range(count)])
    assert [outcome.state for outcome in sent.outcomes] == [State.HELD] * count
    assert sent.trouble is not None
    assert len(server.requests) < 30


def test_a_mail_that_is_refused_for_everybody_entry_by_entry_stops_instead(
    server: Server, ses: SesTransport
) -> None:
    server.answering = statuses("MESSAGE_REJECTED")
    sent = ses.send(BATCH, [parcel(1), parcel(2)])
    assert [outcome.state for outcome in sent.outcomes] == [State.HELD] * 2
    assert sent.trouble is not None


def test_entries_keep_their_own_outcomes(server: Server, ses: SesTransport) -> None:
    server.answering = statuses("SUCCESS", "MESSAGE_REJECTED", "ACCOUNT_THROTTLED", "FAILED", "SUCCESS")
    sent = ses.send(BATCH, [parcel(n) for n in range(5)])
    assert "".join(outcome.state.value for outcome in sent.outcomes) == "arhua"
    assert sent.slow_down
    assert sent.trouble is None


LATER, STOPS, UNKNOWN = (State.HELD, True, False), (State.HELD, False, True), (State.UNKNOWN, False, True)


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (refusal("TooManyRequestsException", 429), LATER),
        (refusal("ThrottlingException", 400, "Maximum sending rate exceeded."), LATER),
        (refusal("ThrottlingException", 400, "Daily message quota exceeded"), STOPS),
        (refusal("SendingPausedException"), STOPS),
        (refusal("ExpiredTokenException", 403), STOPS),
        (refusal("InternalServiceErrorException", 500), UNKNOWN),
        (Reply(503, b"<html>busy</html>", content_type="text/html"), UNKNOWN),
        (Reply(200, b'{"BulkEmailEntryRes'), UNKNOWN),
        (Reply(200, b"<html>hello</html>", content_type="text/html"), UNKNOWN),
        (Reply(200, b"{}"), UNKNOWN),
        (Reply(200, b"", cut=True), UNKNOWN),
    ],
)
def test_every_answer_has_one_meaning_and_no_call_is_made_twice(
    server: Server, ses: SesTransport, reply: Reply, meaning: tuple[State, bool, bool]
) -> None:
    server.answering = lambda _path, _request: reply
    sent = ses.send(BATCH, [parcel(1), parcel(2), parcel(3, OTHER)])
    assert len(server.requests) == 1
    assert [outcome.state for outcome in sent.outcomes] == [meaning[0], meaning[0], State.HELD]
    assert (sent.slow_down, sent.trouble is not None) == meaning[1:]


def test_of_a_batch_in_several_calls_only_the_one_without_an_answer_is_unknown(
    server: Server, ses: SesTransport
) -> None:
    def answering(path: str, request: Json) -> Reply:
        told = request["DefaultContent"]["Template"]["TemplateContent"]["Subject"]
        return Reply(200, b"", cut=True) if told == "Hello" else fine(path, request)

    server.answering = answering
    third = woven(["Third"], ["Third ", 0, "\n"], ["<b>", 0, "</b>"], 1)
    batch = [parcel(1), parcel(2, OTHER), parcel(3, third), parcel(4), parcel(5, OTHER), parcel(6, third)]
    sent = ses.send(BATCH, batch)
    assert "".join(outcome.state.value for outcome in sent.outcomes) == "auhauh"
    assert sent.trouble is not None
    assert server.addresses == [f"m{n}@people.example" for n in (1, 4, 2, 5)], "nobody is called twice"


@pytest.mark.parametrize(
    "reply",
    [Reply(200, b"", cut=True), refusal("InternalServiceErrorException", 500), refusal("Throttling", 400)],
)
def test_no_file_of_the_machine_makes_a_call_twice(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nmax_attempts = 9\nretry_mode = adaptive\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    monkeypatch.delenv("AWS_RETRY_MODE")
    server.answering = lambda _path, _request: reply
    connected = SesTransport.connect("ap-northeast-1", {}, endpoint=server.url)
    connected.send(BATCH, [parcel(1), parcel(2)])
    assert len(server.requests) == 1
    connected.send(BATCH, [alone(3)])
    assert [path.rpartition("/")[2] for path, _ in server.requests] == [
        "outbound-bulk-emails",
        "outbound-emails",
    ]


@pytest.mark.parametrize("made", [[1, 2], [1]], ids=["bulk", "single"])
def test_tags_and_one_click_headers_travel_with_each_person(
    server: Server, ses: SesTransport, made: list[int]
) -> None:
    ses.send(BATCH, [parcel(n) for n in made] if len(made) > 1 else [alone(1)])
    [(path, request)] = server.requests
    entries = request.get("BulkEmailEntries", [request])
    for number, entry in zip(made, entries, strict=True):
        headers = entry.get("ReplacementHeaders") or request["Content"]["Simple"]["Headers"]
        assert [pair["Name"] for pair in headers] == ["List-Unsubscribe", "List-Unsubscribe-Post"]
        assert headers[0]["Value"] == f"<https://u.hanamori.example/{number}>"
        own = [*request.get("DefaultEmailTags", []), *entry.get("ReplacementTags", [])]
        tags = {pair["Name"]: pair["Value"] for pair in own or request["EmailTags"]}
        assert tags == {"campaign": "sale", "wave": "2", "recipient": f"hash{number}"}
        assert not any("@" in value for value in tags.values())
    assert path.endswith("bulk-emails" if len(made) > 1 else "outbound-emails")


def test_an_answer_that_names_fewer_people_leaves_the_rest_unknown(server: Server, ses: SesTransport) -> None:
    server.answering = lambda _path, _request: Reply(
        200, b'{"BulkEmailEntryResults": [{"Status": "SUCCESS", "MessageId": "m1"}]}'
    )
    sent = ses.send(BATCH, [parcel(1), parcel(2), parcel(3)])
    assert [o.state for o in sent.outcomes] == [State.ACCEPTED, State.UNKNOWN, State.UNKNOWN]
    assert sent.trouble is not None


def test_where_nobody_listens_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    nowhere = SesTransport.connect("ap-northeast-1", {}, endpoint="http://127.0.0.1:9")
    sent = nowhere.send(BATCH, [parcel(1)])
    assert sent.outcomes[0].state is State.HELD
    assert sent.trouble is not None
    assert "cannot be reached" in sent.trouble.sentence


def test_a_message_of_another_row_is_never_put_into_a_call(server: Server, ses: SesTransport) -> None:
    mixed_up = replace(parcel(1), recipient=parcel(2).recipient)
    with pytest.raises(AssertionError):
        ses.send(BATCH, [parcel(3), mixed_up])
    assert server.requests == []


def test_names_are_written_as_mail_headers_write_them() -> None:
    assert written(Mailbox("Shop, Inc.", "a@b.example")) == '"Shop, Inc." <a@b.example>'
    long = written(Mailbox("株式会社はなもり通販 冬のセール事務局", "a@b.example"))
    assert long.isascii()
    assert all(len(word) <= 75 for word in long.split())
