"""Who has agreed to what a pull request brings, and what is missing, for the comment on it (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.approvals.github_judge import Judged
from pipeline.approvals.requirement import required
from pipeline.models.policy import Policy
from pipeline.plan.describe import escaped
from pipeline.plan.report import Entry
from pipeline.sentence import SILENCE, Sentence


@dataclass(frozen=True, slots=True)
class NotAsked:
    """GitHub could not be asked; `why` is the sentence. Empty where nobody wanted to know."""

    why: Sentence = SILENCE


#: By campaign, what has been said about exactly the content that a merge would bring.
Said = Mapping[str, Judged | NotAsked]


@dataclass(frozen=True, slots=True)
class _Words:
    approvals: str
    needed: str
    at_least: str
    given: str
    at_least_given: str
    more: str
    not_by: str
    enough: str
    blocked: str
    not_asked: str
    to_confirm: str
    confirm: str
    how: str
    test_send: str
    both: str


_EN: Final = _Words(
    approvals="Approvals",
    needed="needs {count} by people who wrote none of it, of exactly this content",
    at_least="needs at least {count} by people who wrote none of it, of exactly this content",
    given="{have} of {count}, of exactly this content (`{digest}`)",
    at_least_given="{have} of at least {count}, of exactly this content (`{digest}`)",
    more="{missing} more needed, by somebody who wrote none of it",
    not_by="; {authors} cannot",
    enough="enough",
    blocked="nothing leaves until whoever asks for changes approves, or that review is dismissed",
    not_asked="who has approved is not known: {why}",
    to_confirm="To be confirmed",
    confirm="to be ticked by an approver: {items}",
    how="an approver ticks them in the description before approving, or in the review",
    test_send="a test send of exactly this content: `postmerge test-send {campaign}`",
    both=", ",
)
_JA: Final = _Words(
    approvals="承認",
    needed="作成に関わっていない方{count}名の、この内容への承認が必要です",
    at_least="作成に関わっていない方{count}名以上の、この内容への承認が必要です",
    given="この内容(`{digest}`)への承認は{count}名中{have}名",
    at_least_given="この内容(`{digest}`)への承認は{have}名({count}名以上必要)",
    more="あと{missing}名、作成に関わっていない方の承認が必要です",
    not_by="({authors}は作成に関わったため承認できません)",
    enough="承認はそろっています",
    blocked="変更を依頼した方が承認するか、そのレビューが取り消されるまで、配信されません",
    not_asked="承認の状況を確認できませんでした: {why}",
    to_confirm="確認項目",
    confirm="承認者がチェックする項目: {items}",
    how="承認する方が、承認の前に説明文で、または承認のレビューでチェックします",
    test_send="この内容でのテスト配信: `postmerge test-send {campaign}`",
    both="、",
)


def missing(entry: Entry, policy: Policy, said: Judged | NotAsked) -> Iterator[str]:
    """What delivery will ask for besides a green checklist, and how much of it is there, line by line."""
    words = _JA if policy.language == "ja" else _EN
    known = entry.forecast.recipients if entry.forecast else None
    count = required(policy.approvals, known or 0)
    match said:
        case NotAsked(why):
            sentence = (words.needed if known is not None else words.at_least).format(count=count)
            yield f"- **{words.approvals}**: {sentence}"
            if why:
                yield f"  - {words.not_asked.format(why=escaped(why.in_language(policy.language)))}"
            if policy.checklist.confirm:
                yield f"- {words.confirm.format(items=escaped(', '.join(policy.checklist.confirm)))}"
        case Judged():
            digest = entry.plan.digest[:16] if entry.plan else ""
            sentence = words.given if known is not None else words.at_least_given
            given = sentence.format(have=len(said.approvers), count=count, digest=digest)
            yield f"- **{words.approvals}**: {given}"
            yield from _people(said, count, words, policy)
            if policy.checklist.confirm:
                yield f"- **{words.to_confirm}**: {_ticked(said, policy)} – {words.how}"
    if policy.approvals.test_send == "required":
        yield f"- {words.test_send.format(campaign=entry.change.campaign)}"


def _people(said: Judged, count: int, words: _Words, policy: Policy) -> Iterator[str]:
    for approver in said.approvers:
        yield f"  - ✅ {escaped(approver)}"
    for reason in said.reasons:
        yield f"  - ❌ {escaped(reason.in_language(policy.language))}"
    if said.blocked:
        yield f"  - ⛔ {words.blocked}"
        return
    lacking = count - len(said.approvers)
    if lacking <= 0:
        yield f"  - {words.enough}"
        return
    not_by = words.not_by.format(authors=words.both.join(said.authors)) if said.authors else ""
    yield f"  - ⏳ {words.more.format(missing=lacking)}{escaped(not_by)}"


def _ticked(said: Judged, policy: Policy) -> str:
    marks = (("✅" if item in said.confirmed else "⬜", item) for item in policy.checklist.confirm)
    return " · ".join(f"{mark} {escaped(item)}" for mark, item in marks)
