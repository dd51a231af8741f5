"""Two revisions of the repository to what a merge causes, campaign by campaign (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.models.campaign import State


@dataclass(frozen=True, slots=True)
class Sight:
    """A campaign as one revision shows it; `digest` is None where its files cannot be read."""

    state: State | None
    digest: str | None

    @property
    def ready(self) -> bool:
        """Whether merging it is the order to send."""
        return self.state is State.READY


@dataclass(frozen=True, slots=True)
class Start:
    """Merging is the order to send it."""

    campaign: str


@dataclass(frozen=True, slots=True)
class Amend:
    """It was ready before; whoever has not got it gets the new content."""

    campaign: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Whatever has not left stays. `why` names what takes it off: removed, draft, stopped or unreadable."""

    campaign: str
    why: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing leaves or stops because of this change."""

    campaign: str
    state: State | None


Change = Start | Amend | Stop | Unchanged


def between(before: Mapping[str, Sight], after: Mapping[str, Sight]) -> tuple[Change, ...]:
    """What happens to each campaign when `after` becomes `main` where `before` was, by id."""
    absent = Sight(None, None)
    return tuple(
        _change(campaign, before.get(campaign, absent), after.get(campaign, absent))
        for campaign in sorted({*before, *after})
    )


def _change(campaign: str, before: Sight, after: Sight) -> Change:
    if after.ready:
        if not before.ready:
            return Start(campaign)
        return Unchanged(campaign, after.state) if before.digest == after.digest else Amend(campaign)
    if before.ready:
        if after.state is None:
            return Stop(campaign, "unreadable" if after.digest is not None else "removed")
        return Stop(campaign, after.state.value)
    return Unchanged(campaign, after.state)
