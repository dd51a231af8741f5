"""A test send of exactly this content comes before a real one."""

from collections.abc import Iterator

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Later, Need, NotApplicable, Objection, Verdict, rule


@rule(
    "system/test-send",
    "A test send of exactly this was made",
    "この内容でテスト配信をした",
    Need.RECORD,
)
def test_send(draft: Draft) -> Iterator[Verdict]:
    """What a mail looks like in a real inbox shows in a real inbox, and a change afterwards is another mail.

    The record has the content digest of every test send; only one of the content as it is now counts.
    Until then the item is left for later, because the test comes after the check; delivery holds without it.

    Remedy: `postmerge test-send CAMPAIGN --to ADDRESS`, and look at what arrives.

    Misses: whether somebody looked at it.
    """
    if draft.policy.approvals.test_send == "optional":
        yield NotApplicable("the policy does not require it", "ポリシーで必須にされていません")
    elif draft.record.test_sent:
        return
    elif draft.at_delivery:
        yield Objection(
            draft.at(),
            "No test send of exactly this content is on record.",
            "この内容でのテスト配信の記録がありません。",
            f"Make one: postmerge test-send {draft.id} --to ADDRESS",
            f"テスト配信をしてください：postmerge test-send {draft.id} --to アドレス",
        )
    else:
        yield Later(
            "no test send of exactly this content is on record yet",
            "この内容でのテスト配信がまだありません",
        )
