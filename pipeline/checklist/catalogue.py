"""The rules that exist, in the order of the paper checklist."""

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
#: The items of a campaign.
RULES: Final[tuple[Rule, ...]] = tuple(rule for rule in ALL if not rule.remark and not rule.preview)
#: The items that only a preview asks about.
PREVIEW_RULES: Final[tuple[Rule, ...]] = tuple(rule for rule in ALL if rule.preview)
