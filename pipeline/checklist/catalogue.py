"""The rules that exist, in the order of the paper checklist."""

from collections.abc import Mapping
from typing import Final

from pipeline.checklist import data, display, legal, recipients, settings, system, wording
from pipeline.checklist.rule import Rule

#: Every rule, also those about files that belong to no campaign (the policy, a segment nobody uses).
ALL: Final[tuple[Rule, ...]] = (
    *recipients.RULES,
    *settings.RULES,
    *wording.RULES,
    *display.RULES,
    *system.RULES,
    *data.RULES,
    *legal.RULES,
)
#: Names that a policy or a waiver may use for a rule that stands under another heading.
ALIASES: Final[Mapping[str, str]] = {"display/on-the-hour": "settings/on-the-hour"}
#: The items of a campaign.
RULES: Final[tuple[Rule, ...]] = tuple(rule for rule in ALL if not rule.remark and not rule.preview)
#: The items that only a preview asks about.
PREVIEW_RULES: Final[tuple[Rule, ...]] = tuple(rule for rule in ALL if rule.preview)


def by_name() -> Mapping[str, Rule]:
    """Every rule by its id, and by its other names."""
    ids = {rule.id: rule for rule in ALL}
    return ids | {alias: ids[name] for alias, name in ALIASES.items() if name in ids}
