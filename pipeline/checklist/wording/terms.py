"""A team's own word list."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.checklist.wording.authored import HITS_MAX
from pipeline.models.finding import Finding, Severity
from pipeline.models.terms import Terms
from pipeline.workspace.typed import read
from pipeline.workspace.yaml_file import YamlFile, parse

_RULE: Final = "wording/terms"


@dataclass(frozen=True, slots=True)
class _Term:
    """A word that is not to be written; `write` instead where there is something."""

    word: str
    write: str
    why: str
    banned: bool


@rule(_RULE, "The team's words are used", "用語集のとおりに書いている", Need.RENDERED)
def terms(draft: Draft) -> Iterator[Verdict]:
    """One thing has one name, and some words are not for mail (claims that law or brand forbid).

    `checklist.terms` of the policy names a YAML file: `preferred` has words to write and what they are
    written instead of, which is pointed out; `banned` has words that block. A word is found as it is
    written, width and capitals included; one of Latin letters only as a whole, and none within a longer word
    that the list prefers.

    Remedy: write the word of the list; or change the list, with a review of its own.

    Misses: other inflections than those listed, and a word that a line or a tag breaks in two.
    """
    path = draft.policy.checklist.terms
    if path is None:
        yield NotApplicable(
            "the policy names no list (checklist.terms)", "用語集の指定がありません(checklist.terms)"
        )
        return
    listed = _read(draft, path)
    if not isinstance(listed, Terms):
        yield from listed
        return
    wanted = tuple(each.write for each in listed.preferred)
    for part in draft.copies:
        for term in _terms(listed):
            yield from _in_part(part, term, wanted)


def _read(draft: Draft, path: str) -> Terms | tuple[Objection, ...]:
    data = draft.read_shared(path)
    if data is None:
        return (
            Objection(
                draft.policy_at("checklist", "terms"),
                f"There is no file {path} in the repository.",
                f"用語集のファイル {path} がありません。",
                "Add it, or correct the path.",
                "ファイルを追加するか、パスを直してください。",
            ),
        )
    file = parse(path, data)
    found = read(file, Terms, _RULE) if isinstance(file, YamlFile) else file
    return found if isinstance(found, Terms) else tuple(map(_unreadable, found))


def _unreadable(finding: Finding) -> Objection:
    return Objection(
        Place(finding.path, finding.position),
        finding.message.en,
        f"用語集を読み込めません：{finding.message.ja}",
        finding.remedy.en,
        f"用語集を直してください。{finding.remedy.ja}",
    )


def _terms(listed: Terms) -> Iterator[_Term]:
    for banned in listed.banned:
        for word in banned.words:
            yield _Term(word, banned.write or "", banned.why, banned=True)
    for preferred in listed.preferred:
        for word in preferred.instead_of:
            yield _Term(word, preferred.write, preferred.why or "", banned=False)


def _in_part(part: Part, term: _Term, wanted: tuple[str, ...]) -> Iterator[Objection]:
    longer = [each for each in wanted if term.word in each]
    for start in islice(_occurrences(part.text, term.word), HITS_MAX):
        end = start + len(term.word)
        stands = _is_whole(part.text, start, end) and not _is_within(part.text, start, end, longer)
        if stands and part.written(start, end):
            yield _objection(part.at(start, end), term)


def _occurrences(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a word of Latin letters ends where it does: cat is not in category."""
    return not (_is_latin(text[start : start + 1]) and _is_latin(text[max(0, start - 1) : start])) and not (
        _is_latin(text[end - 1 : end]) and _is_latin(text[end : end + 1])
    )


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _is_within(text: str, start: int, end: int, longer: list[str]) -> bool:
    return any(text.find(word, max(0, end - len(word)), start + len(word)) >= 0 for word in longer)


def _objection(place: Place, term: _Term) -> Objection:
    because = f" ({term.why})" if term.why else ""
    because_ja = f"（{term.why}）" if term.why else ""
    if term.banned:
        message = f"“{term.word}” is not written here{f': “{term.why}”' if term.why else ''}."
        message_ja = f"「{term.word}」は使えない言葉です{because_ja}。"
    else:
        message = f"“{term.word}” is written “{term.write}” here."
        message_ja = f"「{term.word}」は「{term.write}」と書きます{because_ja}。"
    instead = f"Write “{term.write}”{because if not term.banned else ''}." if term.write else "Leave it out."
    instead_ja = f"「{term.write}」と書いてください。" if term.write else "ほかの言葉にしてください。"
    return Objection(
        place, message, message_ja, instead, instead_ja, None if term.banned else Severity.WARNING
    )
