"""How fast mails of one campaign are made and put into calls: 20 kB, eight merge fields, two bodies."""

import json
import multiprocessing
import os
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from pipeline.delivery.ses import SesTransport
from pipeline.delivery.transport import Parcel
from pipeline.ledger.entry import BatchId, State
from pipeline.models.recipient import Recipient
from pipeline.render.composed import Filled
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import HtmlBody, Mailbox, MailSource, TextBody
from pipeline.render.stencil import Filling
from pipeline.render.stencil_composer import StencilComposer
from pipeline.render.unsubscribe import UnsubscribeKey

_COMMAND = "python -m benchmarks.stencil"
_FIELDS = tuple(f"field_{n}" for n in range(8))
_KEY = UnsubscribeKey(b"b" * 32)
_BATCH = 50
_ROUNDS = 60


def source() -> MailSource:
    """A page of about 20 kB with eight values, and a text with the same."""
    paragraph = "<p style='margin:0'>いつもご利用いただき、ありがとうございます。Winter sale & more.</p>\n"
    values = "".join(f"<td>{{{{ recipient.{name} }}}}</td>" for name in _FIELDS)
    page = (
        "<html><head><style>p { color: #333 } @media (max-width: 600px) { p { color: #000 } }</style></head>"
        f"<body>{paragraph * 90}<table><tr>{values}</tr></table>{paragraph * 40}"
        '<a href="https://www.hanamori.example/winter">Sale</a> <a href="{{ unsubscribe_url }}">Stop</a>'
        "</body></html>"
    )
    text = "いつもありがとうございます。\n" * 50 + "".join(f"{{{{ recipient.{n} }}}}\n" for n in _FIELDS)
    return MailSource(
        campaign="winter-sale",
        language="ja",
        sender=Mailbox("はなもり通販", "news@mail.hanamori.example"),
        subject="{{ recipient.field_0 }}様 冬のセール",
        preheader="最大30%オフ",
        html=HtmlBody("body.html", page, "html"),
        text=TextBody("body.txt", text),
        unsubscribe_base="https://u.hanamori.example",
        utm={"source": "newsletter"},
        own_hosts=("hanamori.example",),
    )


def people(count: int) -> list[Recipient]:
    return [
        Recipient(f"m{n}", f"m{n}@people.example", {name: f"鈴木{n}-{name}" for name in _FIELDS})
        for n in range(count)
    ]


def _micro(deed: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    deed()
    return (time.perf_counter() - start) / count * 1e6


def _child() -> float:
    composer = StencilComposer(source(), longest=5_000_000)
    rows = people(_BATCH * _ROUNDS)
    assert isinstance(composer.compose(rows[0], "https://u.hanamori.example/x"), Filled)
    return _micro(
        lambda: [composer.compose(row, "https://u.hanamori.example/dG9rZW4.c2ln") for row in rows], len(rows)
    )


def _parcels(rows: list[Recipient], renderer: Renderer) -> list[Parcel]:
    messages = renderer.render(rows, {"campaign": "winter-sale", "wave": "1"})
    return [
        Parcel(row, message)
        for row, message in zip(rows, messages, strict=True)
        if isinstance(message, Message)
    ]


def _sink(port: Connection) -> None:
    """Say yes to every call, in a process of its own, without reading what it says."""
    yes = [{"Status": "SUCCESS", "MessageId": f"0100018f-{n:04d}"} for n in range(_BATCH)]
    body = json.dumps({"BulkEmailEntryResults": yes}).encode()
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    listening = socket.create_server(("127.0.0.1", 0))
    port.send(listening.getsockname()[1])
    while True:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as said:
            while head := said.readline():
                length = 0
                while (line := said.readline()) != b"\r\n":
                    length = int(line[15:]) if line.lower().startswith(b"content-length:") else length
                said.read(length)
                connection.sendall(answer)
        del head


def _sending(parcels: list[Parcel]) -> float:
    here, there = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=_sink, args=(there,), daemon=True)
    process.start()
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "invented")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "invented")
    ses = SesTransport.connect("ap-northeast-1", {}, endpoint=f"http://127.0.0.1:{here.recv()}")

    def all_of_them() -> None:
        for start in range(0, len(parcels), _BATCH):
            sent = ses.send(BatchId("winter-sale", 1, 1, start), parcels[start : start + _BATCH])
            assert all(outcome.state is State.ACCEPTED for outcome in sent.outcomes), sent.trouble

    try:
        return _micro(all_of_them, len(parcels))
    finally:
        process.kill()
        process.join()


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    rows = people(_BATCH * _ROUNDS)
    child = _child()
    parcels: list[Parcel] = []
    with Renderer(source(), _KEY) as renderer:
        _parcels(rows[:1], renderer)
        both = _micro(lambda: parcels.extend(_parcels(rows, renderer)), len(rows))
    assert all(isinstance(parcel.message.said, Filling) for parcel in parcels)
    sending = _sending(parcels)
    size = len(parcels[0].message.html or "")
    figures: dict[str, Any] = {
        f"making one mail of {size / 1000:.0f} kB, in the child": child,
        "the same with child, pipes and message": both,
        "sending it with 49 others, one call a batch": sending,
    }
    lines = [(what, f"{micro:,.0f} µs a recipient", _COMMAND) for what, micro in figures.items()]
    return [
        *lines,
        ("made and sent, one after the other", f"{1e6 / (both + sending):,.0f} a second", _COMMAND),
    ]


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
