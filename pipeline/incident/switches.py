"""Which configuration sets a brake switches off, and which a release may switch on again (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.ledger.hold import Hold, HoldKind
from pipeline.models.policy import Policy

_BRAKES = frozenset({HoldKind.HALT, HoldKind.FREEZE})


class Switch(Protocol):
    """What switches a configuration set off and on."""

    def put(self, name: str, *, on: bool) -> None:
        """Switch it. Raises PipelineError."""
        ...


@dataclass(frozen=True, slots=True)
class Release:
    """What a release does to configuration sets: those to switch on, and those that others keep off."""

    on: tuple[str, ...]
    kept_off: Mapping[str, str]


def sets_of(policy: Policy, senders: Iterable[str] | None) -> tuple[str, ...]:
    """The configuration sets of these senders, or of all; whom the policy does not name has none."""
    names = policy.senders if senders is None else [name for name in senders if name in policy.senders]
    found = {policy.senders[name].configuration_set for name in names}
    return tuple(sorted(name for name in found if name is not None))


def users_of(policy: Policy, name: str) -> tuple[str, ...]:
    """The senders that use a configuration set."""
    return tuple(key for key, sender in policy.senders.items() if sender.configuration_set == name)


def as_about(sets: Iterable[str]) -> str:
    """What a hold remembers of the sets that were switched off with it."""
    return ",".join(sets)


def release_of(lifted: Iterable[Hold], standing: Iterable[Hold]) -> Release:
    """What to do when `lifted` go and `standing` stay."""
    wanted = sorted({name for hold in lifted for name in _named(hold)})
    keeps = {name: hold.scope for hold in standing for name in _named(hold)}
    on = tuple(name for name in wanted if name not in keeps)
    return Release(on, {name: keeps[name] for name in wanted if name in keeps})


def _named(hold: Hold) -> list[str]:
    return [name for name in hold.about.split(",") if name] if hold.kind in _BRAKES else []
