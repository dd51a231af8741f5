"""Who may still get it: judged beside everything that a delivery begins with, and after changes."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from pipeline.audience.contacts import Contacts, Standing
from pipeline.audience.rule import AudienceRule
from pipeline.models.recipient import Reason, Recipient


class StandingNow:
    """The present judgement about people; made anew whenever one of its files has changed.

    A context manager. The first one is begun at once, in a thread of its own: whoever has read a long list
    has a child that renders by then, and mails. What goes wrong with it is said when it is asked; a file that
    is missing raises PipelineError at once.
    """

    def __init__(self, contacts: Contacts, rule: AudienceRule) -> None:
        self._contacts = contacts
        self._rule = rule

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="standing")
        self._begin(self._contacts.fingerprint(self._rule))
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go()
        self._thread.shutdown()

    def reasons(self, recipients: Sequence[Recipient]) -> Mapping[str, Reason]:
        """Who of these must not get it now, by id. Raises PipelineError when the files cannot be read."""
        fingerprint = self._contacts.fingerprint(self._rule)
        if fingerprint != self._fingerprint:
            self._let_go()
            self._begin(fingerprint)
        return self._judged.result().reasons(recipients)

    def _begin(self, fingerprint: str) -> None:
        # Taken before a file is read: one that changes meanwhile has another one at the next question.
        self._fingerprint = fingerprint
        self._judged: Future[Standing] = self._thread.submit(self._contacts.standing, self._rule)

    def _let_go(self) -> None:
        if self._judged.exception() is None:
            self._judged.result().__exit__()
