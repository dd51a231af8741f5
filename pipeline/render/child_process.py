"""The child process, seen from outside."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Self

from pipeline.errors import PipelineError
from pipeline.models.recipient import Recipient
from pipeline.render import wire
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.patience import Patience
from pipeline.render.source import MailSource
from pipeline.render.stencil import Stencil
from pipeline.sentence import Sentence

#: How long a child whose input has ended may take to leave, in seconds.
_PARTING_SECONDS: Final = 3.0
UNKNOWN_END: Final = RenderFailure(
    Sentence(
        "Rendering this mail ended the process that renders.",
        "このメールを作成しようとすると、作成の処理が終了してしまいます。",
    ),
    Sentence(
        "Look for something unusually large or deeply nested in the template.",
        "テンプレートに、極端に大きいものや深い入れ子がないか確認してください。",
    ),
)
#: By the signal that the child died of.
_ENDS: Final[dict[int, RenderFailure]] = {
    signal.SIGXCPU: RenderFailure(
        Sentence("The mail takes too much computing time.", "このメールの作成には計算時間がかかりすぎます。"),
        Sentence(
            "Look for a calculation or a repetition of unusual size.",
            "極端に大きい計算や繰り返しがないか確認してください。",
        ),
        costly=True,
    ),
    signal.SIGKILL: RenderFailure(
        Sentence(
            "The mail took too long, or too much memory, and was stopped.",
            "このメールの作成に時間またはメモリーがかかりすぎたため、中止しました。",
        ),
        Sentence("Look for a loop that does not end.", "終わらない繰り返しがないか確認してください。"),
        costly=True,
    ),
    signal.SIGABRT: RenderFailure(
        Sentence(
            "The mail needs more memory than a mail may have.",
            "このメールの作成に必要なメモリーが上限を超えています。",
        ),
        Sentence(
            "Look for something unusually large in the template.",
            "テンプレートに極端に大きいものがないか確認してください。",
        ),
    ),
}


class ChildProcess:
    """The process, seen from outside. It loads what it needs while we go on; `begins` waits for it."""

    def __init__(self, limits: Limits) -> None:
        self.answered = 0
        #: Whether it broke off in an answer: nothing that it still says means anything.
        self.lost = False
        self.limits = limits
        #: What was said of branches, in the order of the rows that were asked about.
        self.taken: list[wire.Taken] = []
        #: What this child has said of its campaign; another one begins to count anew.
        self._stencils: list[Stencil] = []
        # a part may need six bytes a character as JSON; subject, HTML and text
        self._longest_frame = 18 * limits.part_characters + 65536
        # It works in a folder that has nothing in it, and that goes at once: after a kill -9 nobody would.
        with tempfile.TemporaryDirectory(prefix="postmerge-render-") as folder:
            self._process = _start(folder)
        self._patience = Patience(self._process.kill)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    @classmethod
    def started(cls, source: MailSource, limits: Limits, errand: wire.Errand) -> Self:
        """A process that is ready for a campaign; PipelineError when there is none to be had."""
        child = cls(limits)
        if not child.begins(source, errand):
            child.end()
            raise _not_started()
        return child

    def begins(self, source: MailSource, errand: wire.Errand) -> bool:
        """Turn to a campaign, the first or another one, and forget the one before; whether it is ready."""
        self.taken, self._stencils = [], []
        ready = None
        with self._patience.of(self._seconds(1)), suppress(wire.Garbled):
            self._say(wire.source_out(source, self.limits, errand))
            ready = self._hear()
        return ready == wire.READY

    def ask(
        self, rows: Sequence[tuple[Recipient, str]], *, watch: bool = False
    ) -> list[Composed | RenderFailure]:
        """Answers for the first of `rows`, as many as the child lived for.

        To `watch` is to ask for no words, but for the branches alone: they are in `taken`.
        """
        self.put(rows, watch=watch)
        return self.hear(len(rows))

    def put(self, rows: Sequence[tuple[Recipient, str]], *, watch: bool = False) -> None:
        """Put a question and go on: answers are heard in the order of questions, with `hear`.

        At most one other may be open, of as many rows.
        """
        with self._patience.of(self._seconds(2 * len(rows))):
            self._say(wire.rows_to_watch_out(rows) if watch else wire.rows_out(rows))

    def hear(self, count: int) -> list[Composed | RenderFailure]:
        """The answers to the `count` rows of the oldest question, as many as the child lived for."""
        answers: list[Composed | RenderFailure] = []
        if self.lost:
            return answers
        try:
            with self._patience.of(self._seconds(count)), suppress(wire.Garbled):
                while len(answers) < count:
                    self._hear_into(answers)
        finally:
            self.answered += len(answers)
            self.lost = len(answers) < count
        return answers

    def _hear_into(self, answers: list[Composed | RenderFailure]) -> None:
        said = wire.answer_in(self._hear(), self._stencils)
        if isinstance(said, Stencil):
            self._stencils.append(said)
        elif isinstance(said, wire.Taken):
            self.taken.append(said)
        else:
            answers += said

    def end(self) -> RenderFailure:
        """Close the pipes, wait, and say what the end means."""
        with suppress(OSError):
            self._in.close()
        try:
            status = self._process.wait(timeout=_PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._out.close()
        self._patience.leave()
        return _ENDS.get(-status, UNKNOWN_END)

    def _say(self, value: object) -> None:
        with suppress(OSError):  # a dead child is noticed when it does not answer
            wire.write(self._in, value)

    def _hear(self) -> object:
        return wire.read(self._out, longest=self._longest_frame)

    def _seconds(self, mails: int) -> float:
        return self.limits.wall_seconds + self.limits.wall_seconds_each * mails


class Spare:
    """Keeps a child between two campaigns: starting one takes longer than what most are asked for.

    A context manager: the first child starts with it, before there is anything to ask for, and the one that
    is kept ends with it.
    """

    def __init__(self) -> None:
        self._child: ChildProcess | None = None

    def take(self, source: MailSource, limits: Limits, errand: wire.Errand) -> ChildProcess:
        """A child that is ready for a campaign: the one that was kept, or a new one."""
        child, self._child = self._child, None
        if child is not None:
            if child.limits == limits and child.begins(source, errand):
                return child
            child.end()
        return ChildProcess.started(source, limits, errand)

    def keep(self, child: ChildProcess) -> None:
        """Take back a child that has answered everything."""
        assert self._child is None, "one campaign after the other"
        self._child = child

    def __enter__(self) -> Self:
        if sys.platform == "linux":
            with suppress(PipelineError):  # whoever asks for it will be told
                self._child = ChildProcess(Limits())
        return self

    def __exit__(self, *_error: object) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _start(folder: str) -> subprocess.Popen[bytes]:
    """A Python that knows nothing of ours: no environment, no other files; Ctrl-C goes to us alone."""
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-m", "pipeline.render.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            cwd=folder,
            close_fds=True,
            start_new_session=True,
        )
    except OSError as error:
        raise _not_started() from error


def _not_started() -> PipelineError:
    return PipelineError(
        "The process that renders mail did not start.",
        f"Run `{sys.executable} -I -m pipeline.render.child < /dev/null` to see why.",
    )
