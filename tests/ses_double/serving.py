"""HTTP/1.1 with kept connections, and every way in which an answer can fail to arrive."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from tests.ses_double.control import PREFIX, controlled
from tests.ses_double.faults import Fault
from tests.ses_double.refusal import Refusal
from tests.ses_double.service import Answer, Call, Service, json_answer, refused

_HEAD_END = b"\r\n\r\n"
_BODY_MAX_BYTES = 64 * 1024 * 1024
_HTML = b"<html><body><h1>Service Unavailable</h1></body></html>"


@dataclass(slots=True)
class _Head:
    """A request line and the headers that matter."""

    method: str
    target: str
    length: int
    signed: bool
    chunked: bool


def _head(block: bytes) -> _Head:
    line, *lines = block.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    return _Head(
        method,
        target,
        int(headers.get("content-length", "0")),
        signed=headers.get("authorization", "").startswith("AWS4-"),
        chunked="transfer-encoding" in headers,
    )


class Connection(asyncio.Protocol):
    """One client's connection; one request at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._call: Call | Answer | None = None
        self._busy = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._read()

    def _read(self) -> None:
        """Take the next whole request out of the buffer, unless one is being answered."""
        while not self._busy:
            if self._head is None and not self._begin():
                return
            assert self._head is not None
            if len(self._buffer) < self._head.length:
                return
            body = bytes(self._buffer[: self._head.length])
            del self._buffer[: self._head.length]
            self._respond(self._head, body)

    def _begin(self) -> bool:
        """Read the head; False when there is none yet, or the connection is closed for it."""
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return False
        head = _head(bytes(self._buffer[:end]))
        del self._buffer[: end + len(_HEAD_END)]
        if head.chunked or head.length > _BODY_MAX_BYTES:
            self._write(json_answer({"message": "A body of known length, below 64 MB, please."}, 411))
            self._close()
            return False
        if not head.target.startswith(PREFIX):
            try:
                self._call = self._service.begin(head.method, head.target, signed=head.signed)
            except Refusal as refusal:
                self._call = refused(refusal)
            if isinstance(self._call, Call) and self._call.fault and self._call.fault.kind == "close_before":
                self._close()
                return False
        self._head = head
        return True

    def _respond(self, head: _Head, body: bytes) -> None:
        call, self._head, self._call = self._call, None, None
        if call is None:
            self._write(controlled(self._service, head.target, body))
        elif isinstance(call, Answer):
            self._write(call)
        else:
            self._busy = True
            self._after(self._service.account.settings.accept_delay_ms, lambda: self._accept(call, body))

    def _accept(self, call: Call, body: bytes) -> None:
        answer = self._service.answer(call, body)
        wait = self._service.account.settings.latency_ms
        if call.fault and call.fault.kind == "slow":
            wait += call.fault.latency_ms
        self._after(wait, lambda: self._finish(call, answer))

    @staticmethod
    def _after(milliseconds: float, what: Callable[[], None]) -> None:
        if milliseconds > 0:
            asyncio.get_running_loop().call_later(milliseconds / 1000, what)
        else:
            what()

    def _finish(self, call: Call, answer: Answer) -> None:
        fault = call.fault
        if fault is not None and fault.kind == "hang":
            return  # busy for ever: this connection is never answered
        self._busy = False
        if fault is not None and fault.kind == "close":
            self._close()
        elif fault is not None and fault.kind == "cut_connection":
            self._write(answer, share=0.5)
            self._close()
        else:
            self._write(_spoilt(answer, fault))
        self._read()

    def _write(self, answer: Answer, share: float = 1.0) -> None:
        """Send the answer, or only the first `share` of the body that its head promises."""
        error = f"x-amzn-ErrorType: {answer.error}\r\n" if answer.error else ""
        head = (
            f"HTTP/1.1 {answer.status} \r\nContent-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\n{error}\r\n"
        )
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + answer.body[: int(len(answer.body) * share)])

    def _close(self) -> None:
        assert self._transport is not None
        self._buffer.clear()
        self._transport.close()


def _spoilt(answer: Answer, fault: Fault | None) -> Answer:
    """The answer after the fault; what is refused already stays refused."""
    if fault is None or answer.status != 200:
        return answer
    spoil = _SPOILERS.get(fault.kind)
    return spoil(answer, fault) if spoil else answer


def _shortened(answer: Answer, fault: Fault) -> Answer:
    """The same with the last results left out."""
    results = orjson.loads(answer.body).get("BulkEmailEntryResults", [])
    return json_answer({"BulkEmailEntryResults": results[: max(0, len(results) - fault.missing)]})


_SPOILERS: dict[str, Callable[[Answer, Fault], Answer]] = {
    "error_after": lambda _, fault: refused(fault.refusal()),
    "cut": lambda answer, _: Answer(200, answer.body[: len(answer.body) // 2]),
    "html": lambda _answer, _fault: Answer(200, _HTML, content_type="text/html"),
    "empty": lambda _answer, _fault: Answer(200, b"{}"),
    "short": _shortened,
}


async def serve(service: Service, port: int) -> asyncio.Server:
    """Listen on the loopback; with port 0 on one that is free."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(service), "127.0.0.1", port, backlog=512)
