"""Contacts that are opened when they are first asked for: who only looks at a ledger asks nothing of them."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from pipeline.audience.contacts import Contacts, Resolution, Standing
from pipeline.audience.rule import AudienceRule
from pipeline.models.policy import ContactSource


class LateContacts:
    """The contacts that `made` makes, once. Every method does as the port says."""

    def __init__(self, made: Callable[[], Contacts]) -> None:
        self._made = made

    @cached_property
    def _contacts(self) -> Contacts:
        return self._made()

    def columns(self, source: ContactSource) -> Mapping[str, str]:
        """See the port."""
        return self._contacts.columns(source)

    def resolve(self, rule: AudienceRule, already: Iterable[tuple[str, str]] = ()) -> Resolution:
        """See the port."""
        return self._contacts.resolve(rule, already)

    def fingerprint(self, rule: AudienceRule) -> str:
        """See the port."""
        return self._contacts.fingerprint(rule)

    def standing(self, rule: AudienceRule) -> Standing:
        """See the port."""
        return self._contacts.standing(rule)
