"""System システム: what machines make of it."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.system import (
    attachment,
    elsewhere,
    sender,
    ses_limits,
    size,
    test_send,
    tracking,
    unsubscribe,
)

RULES: Final[tuple[Rule, ...]] = (
    *elsewhere.RULES,
    tracking.tracking_on,
    unsubscribe.unsubscribe,
    sender.sender_aligned,
    sender.reply_to,
    attachment.attachment,
    size.size_total,
    ses_limits.ses_limits,
    test_send.test_send,
    *elsewhere.AT_DELIVERY,
)
