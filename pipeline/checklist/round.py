"""A round of the checklist: what its campaigns have in common is made once for all of them."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Final, Self
from zoneinfo import ZoneInfo

from pipeline.audience.contacts import Resolution
from pipeline.audience.of_campaign import rule_of
from pipeline.audience.rule import AudienceRule
from pipeline.checklist.draft import Audience, Earlier, Other, ids_of
from pipeline.checklist.means import Means
from pipeline.models.campaign import Campaign
from pipeline.models.policy import ContactSource, Policy
from pipeline.models.recipient import Reason
from pipeline.plan.calendar import in_utc
from pipeline.render.check import Rehearsal
from pipeline.workspace.digest import mail_digest
from pipeline.workspace.workspace import Workspace

#: Resolved audiences that stay open, and the recipients of all of them: each is a database in memory.
_OPEN_MAX: Final = 8
_RECIPIENTS_MAX: Final = 300_000
#: An audience larger than this is closed when its ids were counted for another campaign.
_SMALL: Final = 50_000


class Round:
    """The workspace, the means, and what was made of them so far. A context manager: people go with it."""

    def __init__(self, workspace: Workspace, means: Means) -> None:
        self.workspace = workspace
        self.means = means
        self._open: dict[AudienceRule, tuple[ExitStack, Audience]] = {}
        self._ids: dict[AudienceRule, frozenset[str]] = {}
        self._columns: dict[ContactSource, Mapping[str, str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        while self._open:
            self._close()
        self._stack.close()

    @property
    def policy(self) -> Policy:
        """The policy; campaigns are drafted only where it can be read."""
        assert self.workspace.policy is not None, "a draft is made where the policy can be read"
        return self.workspace.policy

    @cached_property
    def rehearse(self) -> Rehearsal:
        """Renders one campaign after the other, in one child process."""
        return self._stack.enter_context(self.means.rehearsals())

    def get_ready(self) -> None:
        """Let the process that renders load what it needs, while everything else is looked at."""
        _ = self.rehearse

    @cached_property
    def history(self) -> tuple[Earlier, ...] | None:
        """What the ledger knows. Raises PipelineError when it cannot be read."""
        return None if self.means.history is None else self.means.history()

    @cached_property
    def others(self) -> tuple[Other, ...]:
        """Every readable campaign, as the others see it."""
        return tuple(
            Other(
                name,
                folder.campaign,
                send_at(folder.campaign, self.policy),
                mail_digest(folder.campaign, folder.files),
                lambda name=name: self._ids_of(name),  # type: ignore[misc]
            )
            for name, folder in self.workspace.campaigns.items()
        )

    def columns(self, source: ContactSource) -> Mapping[str, str]:
        """The source's columns and types. Raises PipelineError when it cannot be read."""
        if source not in self._columns:
            self._columns[source] = self.means.contacts.columns(source)
        return self._columns[source]

    def audience(self, rule: AudienceRule) -> Audience:
        """Who gets it: the same people for campaigns with the same rule, resolved once.

        It is for the campaign that asks, until the next one asks. Raises PipelineError when the contacts
        cannot be read.
        """
        key = replace(rule, order_key="")
        if key in self._open:
            self._open[key] = self._open.pop(key)
            return self._open[key][1]
        while len(self._open) >= _OPEN_MAX or self._recipients() > _RECIPIENTS_MAX:
            self._close()
        with ExitStack() as stack:
            made = audience_of(stack.enter_context(self.means.contacts.resolve(rule)))
            self._open[key] = stack.pop_all(), made
        return made

    def _recipients(self) -> int:
        return sum(audience.size for _, audience in self._open.values())

    def _close(self) -> None:
        """Let go of the audience that was asked for longest ago."""
        stack, _ = self._open.pop(next(iter(self._open)))
        stack.close()

    def _ids_of(self, campaign: str) -> frozenset[str]:
        """Who gets another campaign."""
        rule = rule_of(self.workspace, campaign)
        if not isinstance(rule, AudienceRule):
            return frozenset()
        key = replace(rule, order_key="")
        if key in self._open:
            return self._open[key][1].once(ids_of)
        if key not in self._ids:
            with self.means.contacts.resolve(replace(rule, columns=())) as resolution:
                ids = ids_of(audience_of(resolution))
            if len(ids) > _SMALL:
                return ids
            self._ids[key] = ids
        return self._ids[key]


def audience_of(resolution: Resolution) -> Audience:
    """A resolved audience as rules see it."""
    had_it = resolution.excluded.get(Reason.ALREADY_HAD_IT, 0)
    return Audience(
        size=resolution.recipients + had_it,
        excluded=resolution.excluded,
        columns=resolution.columns(),
        rows=resolution.columnar,
        values=resolution.values,
        consents=resolution.consents,
    )


def zone_of(campaign: Campaign, policy: Policy) -> ZoneInfo:
    """The zone of a campaign's wall clock."""
    return ZoneInfo(campaign.schedule.time_zone or policy.schedule.time_zone)


def send_at(campaign: Campaign, policy: Policy) -> datetime | None:
    """When it leaves, in its zone; None for `on_merge`."""
    local, zone = campaign.schedule.send_at, zone_of(campaign, policy)
    return in_utc(local, zone.key).astimezone(zone) if isinstance(local, datetime) else None
