"""Rules about the mail as a whole that the renderer finds, and delivery itself."""

from typing import Final

from pipeline.checklist.rule import found_elsewhere, held_by_delivery

RULES: Final = (
    found_elsewhere(
        "system/undefined-variable",
        "Every name in the templates is known",
        "差し込みの項目名が正しい",
        """A name that nobody knows would be an empty gap in every mail; `famly_name` is one letter away.

        Templates know the columns of the segment as `recipient.…`, and campaign, facts, organisation and
        unsubscribe_url.

        Remedy: correct the name, or add the column to the segment's `columns`.

        Misses: names in a branch of the template that no invented person reaches.""",
        mandatory=True,
    ),
    found_elsewhere(
        "system/renders-for-every-persona",
        "The mail renders for everybody",
        "誰に送っても差し込みで誤りが出ない",
        """The mail is rendered for seven invented people: an ordinary one, the longest values, the shortest,
        unusual characters, everything optional empty, values that break a page which forgets to escape, names
        from right to left. What fails for one of them fails for somebody real.

        Remedy: see the line of the template.

        Misses: what fails only for a value that none of the seven has; delivery refuses that one mail.""",
        mandatory=True,
    ),
)

#: What a person gave or an opt-out took away: delivery asks at the moment of sending, and holds.
AT_DELIVERY: Final = (
    held_by_delivery(
        "system/approval",
        "Somebody else has approved exactly this",
        "作成者以外が、この内容を承認している",
        """An author does not see his own mistakes. Nothing leaves without the approvals that the policy
        asks for, by people other than the authors, of exactly this content.

        Remedy: ask somebody else to look at the preview and to approve the pull request.""",
        hold="approval",
    ),
)
