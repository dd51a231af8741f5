"""What the real contacts and reviews said of what has not changed since: a fork need not ask again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

from pipeline.approvals.reviews import Change, Consent, Reviews
from pipeline.audience.contacts import Contacts, Resolution, Rows, Standing, Value
from pipeline.audience.rule import AudienceRule
from pipeline.models.policy import Policy
from pipeline.models.recipient import Exclusion, Reason, Recipient


class _Resolution:
    def __init__(self, real: Resolution) -> None:
        with real:
            self.recipients = real.recipients
            self.excluded = real.excluded
            self._columns = real.columns()
            self._rows = list(real.rows())
            self._exclusions = list(real.exclusions())
            self._values = {
                (column, alike): list(real.values(column, digits_alike=alike))
                for column in self._columns
                for alike in (False, True)
            }
            self._consents = list(real.consents())

    def columns(self) -> tuple[str, ...]:
        return self._columns

    def rows(self) -> Iterator[Sequence[Recipient]]:
        return iter(self._rows)

    def columnar(self, *columns: str) -> Iterator[Rows]:
        for rows in self._rows:
            fields = {column: tuple(person.fields[column] for person in rows) for column in columns}
            yield Rows([person.id for person in rows], [person.address for person in rows], fields)

    def values(self, column: str, *, digits_alike: bool = False) -> Iterator[Value]:
        return iter(self._values[column, digits_alike])

    def consents(self) -> Iterator[Value]:
        return iter(self._consents)

    def exclusions(self) -> Iterator[Sequence[Exclusion]]:
        return iter(self._exclusions)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Standing:
    def __init__(self, real: Standing, everybody: Sequence[Recipient]) -> None:
        with real:
            self._said = {
                (person.id, person.address): real.reasons([person]).get(person.id) for person in everybody
            }

    def reasons(self, recipients: Sequence[Recipient]) -> Mapping[str, Reason]:
        said = ((person.id, self._said[person.id, person.address]) for person in recipients)
        return {key: reason for key, reason in said if reason is not None}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Remembered:
    """The real contacts. The fingerprint is asked of the disk every time, as ever."""

    def __init__(self, real: Contacts) -> None:
        self._real = real
        self._resolutions: dict[str, _Resolution] = {}
        self._standings: dict[str, _Standing] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def learn(self, rule: AudienceRule) -> list[Recipient]:
        """Ask about the list that is there now; whom it has."""
        resolution = _Resolution(self._real.resolve(rule))
        self._resolutions[self._real.fingerprint(rule)] = resolution
        return [person for rows in resolution.rows() for person in rows]

    def judge(self, rule: AudienceRule, everybody: Sequence[Recipient]) -> None:
        """Ask who of `everybody` may get mail by the list that is there now."""
        self._standings[self._real.fingerprint(rule)] = _Standing(self._real.standing(rule), everybody)

    def resolve(self, rule: AudienceRule, already: Iterable[tuple[str, str]] = ()) -> Any:
        """Of everybody from memory; of those who are left, by the real ones."""
        gone = list(already)
        known = self._resolutions.get(self._real.fingerprint(rule))
        return self._real.resolve(rule, gone) if gone or known is None else known

    def standing(self, rule: AudienceRule) -> Any:
        """The judgement about a list that is known, or the real one."""
        return self._standings.get(self._real.fingerprint(rule)) or self._real.standing(rule)


class RememberedReviews:
    """The real ones: what the trailers of a merge say stays so."""

    def __init__(self, real: Callable[[Policy], Reviews]) -> None:
        self._real = real
        self._said: dict[tuple[Change, str], Consent] = {}

    def __call__(self, policy: Policy) -> Reviews:
        """As `World.reviews`."""
        return _Reviews(self._real(policy), policy.model_dump_json(), self._said)


class _Reviews:
    def __init__(self, real: Reviews, policy: str, said: dict[tuple[Change, str], Consent]) -> None:
        self._real = real
        self._policy = policy
        self._said = said

    def consent(self, change: Change) -> Consent:
        key = change, self._policy
        if key not in self._said:
            self._said[key] = self._real.consent(change)
        return self._said[key]
