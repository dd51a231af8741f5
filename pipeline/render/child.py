"""The process in which templates run: `python -I -m pipeline.render.child`.

It has no credentials, no files, no network, little memory and little time, so that a template which gets
past the sandbox finds nothing. It reads a source, then batches of rows, from standard input, and answers
row by row on standard output; another source begins the next campaign. When its input ends, so does it.
"""

import os
import resource
import signal
import sys
import time
from math import ceil
from types import FrameType
from typing import Any, Final

from pipeline.models.recipient import Recipient
from pipeline.render import wire
from pipeline.render.blame import TookTooLong, failure_of
from pipeline.render.composed import Composed, Filled
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.source import HtmlBody, Mailbox, MailSource
from pipeline.render.stencil_composer import StencilComposer
from pipeline.render.watcher import Watcher

#: The parent is ours: this only keeps a broken frame from asking for all memory.
_LONGEST_FRAME: Final = 256 * 1024 * 1024
_WARM_UP: Final = MailSource(
    campaign="warm-up",
    language="en",
    sender=Mailbox("Warm-up", "warm-up@personas.example"),
    subject="{{ recipient.name }}",
    preheader="Warm-up",
    html=HtmlBody(
        "warm-up.mjml",
        "<mjml><mj-head><mj-style>p { color: red }</mj-style></mj-head><mj-body><mj-text>"
        '<p>{{ "warm up" | wordwrap(2) }} <a href="https://温.warm-up.example/?a=b">x</a></p>'
        "</mj-text></mj-body></mjml>",
        "mjml",
    ),
    one_click=False,
    utm={"source": "warm-up"},
    own_hosts=("warm-up.example",),
)


def main() -> None:
    """Serve until the input ends."""
    said, out = sys.stdin.buffer, sys.stdout.buffer
    # Modules and tables that are loaded on first use must be there before files become out of reach.
    warm = StencilComposer(_WARM_UP, longest=100_000)
    for name in "x", "{":
        made = warm.compose(Recipient("1", "a@personas.example", {"name": name}), "")
        assert isinstance(made, Filled), made
    somebody, nobody = (Recipient("1", "a@personas.example", fields) for fields in ({"name": "x"}, {}))
    Watcher(_WARM_UP, longest=100_000).compose(somebody, "")
    failed = warm.compose(nobody, "")
    assert isinstance(failed, RenderFailure), failed  # making a failure loads modules, too
    try:
        source, limits, errand = wire.source_in(wire.read(said, longest=_LONGEST_FRAME))
        composer = _composer(source, limits, errand)
        _shut_in(limits)
        wire.write(out, wire.READY)
        while True:
            asked = wire.read(said, longest=_LONGEST_FRAME)
            if not isinstance(asked, dict):
                _answer(asked, composer, limits)
            elif (rows := wire.rows_to_watch_in(asked)) is not None:
                assert isinstance(composer, Watcher), "only a rehearsal watches"
                composer.whole = False
                _answer(rows, composer, limits)
                composer.whole = True
            else:
                composer = _composer(*wire.source_in(asked))
                wire.write(out, wire.READY)
    except (wire.Garbled, OSError):
        return  # the parent has gone, or has had enough


def _composer(source: MailSource, limits: Limits, errand: wire.Errand) -> StencilComposer | Watcher:
    if errand is wire.Errand.REHEARSE:
        return Watcher(source, longest=limits.part_characters)
    shared = errand is wire.Errand.SHARE
    return StencilComposer(source, longest=limits.part_characters, shared=shared)


def _answer(rows: list[Any], composer: StencilComposer | Watcher, limits: Limits) -> None:
    """All rows of one question; nobody waits for a part of the answer."""
    answers = wire.Answers(sys.stdout.buffer)
    for row in rows:
        recipient, link = wire.row_in(row)
        known = len(composer.stencils)
        result = _within_limits(composer, recipient, link, limits)
        for stencil in composer.stencils[known:]:
            answers.before(wire.stencil_out(stencil))
        if isinstance(composer, Watcher):
            answers.before(wire.taken_out(composer.work, *composer.took()))
        answers.say(result)
    answers.flush()


def _shut_in(limits: Limits) -> None:
    """Give up what no mail needs; from here on not even an empty file can be opened."""
    ours = resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE
    for kind, most in zip(ours, (3, 0, 0, 0), strict=True):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    signal.signal(signal.SIGPROF, _ring)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


def _within_limits(
    composer: StencilComposer | Watcher, recipient: Recipient, link: str, limits: Limits
) -> Filled | Composed | RenderFailure:
    """One row. The timer stops Python and knows the line; the kernel's limit stops what runs in C."""
    now, most = resource.getrlimit(resource.RLIMIT_CPU)
    soft = ceil(time.process_time()) + limits.cpu_seconds + 1
    if soft != now:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, most))
    try:
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        result: Filled | Composed | RenderFailure = composer.compose(recipient, link)
        signal.setitimer(signal.ITIMER_PROF, 0)
    except TookTooLong as error:
        # it rang between two steps of our own
        result = failure_of(error, "mail").of(recipient.id)
    return result


if __name__ == "__main__":
    main()
    os._exit(0)  # everything is said; whoever waits for our end need not wait until Python has tidied up
