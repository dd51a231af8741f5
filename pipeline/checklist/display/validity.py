"""The template of a page as HTML: tags that are not closed, and what a parser mends in silence."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.places import Source
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule

_VOID: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 a list of words
)
#: End tags that HTML lets an author leave out.
_OPTIONAL: Final = frozenset(
    "html head body p li dt dd option tr td th thead tbody tfoot colgroup rt rp".split()  # noqa: SIM905 same
)
#: The inside of these is no markup.
_RAW: Final = frozenset({"style", "script", "title", "textarea"})
_INSIDE: Final = r"\{\{[^}]{0,500}+\}\}|\{%[^%]{0,500}+%\}"
#: A tag; quotes within what the template fills in end nothing. Possessive, so that nothing is tried twice.
_TAG: Final = re.compile(
    rf"<(?P<end>/?)(?P<tag>[a-z][a-z0-9:]{{0,30}}+)"
    rf"(?P<rest>(?:{_INSIDE}|\"(?:{_INSIDE}|[^\"]){{0,5000}}+\"|'(?:{_INSIDE}|[^']){{0,5000}}+'|[^'\"<>]){{0,5000}}+)"
    r"(?P<close>>?)",
    re.IGNORECASE,
)
_STATEMENT: Final = re.compile(r"\{%[-+]?\s*(\w+)")
_NEXT: Final = re.compile(r"<(?:!|/?[a-zA-Z])|\{[%{#]")
_ENDS: Final = {"{%": "%}", "{{": "}}", "{#": "#}"}
#: Longer templates are not read to the end: no mail is one.
_LONGEST: Final = 1_000_000
#: Branches within branches of which we remember what was open.
_DEEPEST: Final = 50
_Fault = tuple[int, str, str]


@rule("display/html-valid", "Every tag is closed", "HTMLのタグが閉じている", Need.RENDERED)
def html_valid(draft: Draft) -> Iterator[Verdict]:
    """A tag that is not closed makes the rest of the mail bold, or a link, in one program and not in another.

    Read from the `.html` of the campaign: tags without their other half, tags closed in the wrong order, a
    quote that does not end, a link within a link. Of MJML the compiler refuses what is left open.

    Remedy: close the tag; look at the line that is named and the one before.

    Misses: shared pieces; templates that open a tag in one branch of an `if` and close it in another, which
    are passed over; tags that may be left open, such as `</p>`. In MJML, tags that are closed in the wrong
    order, and a link within a link: its compiler closes or passes them on without a word.
    """
    name = draft.campaign.body.html or ""
    if not name.endswith(".html"):
        yield NotApplicable("the body is no .html file", "本文が.htmlファイルではありません")
        return
    text = draft.read(name).decode("utf-8", "replace")[:_LONGEST]
    source = Source(draft.yaml.path.removesuffix("campaign.yaml") + name, text)
    for at, message, message_ja in _faults(text):
        yield Objection(
            source.at(at),
            message,
            message_ja,
            "Close the tag in its place; look at this line and the ones before.",
            "この行とその前の行を見て、タグを正しく閉じてください。",
        )


class _Reading:
    """The tags that are open while a template is read, and those that were when a branch began."""

    def __init__(self) -> None:
        #: Tag, where it was opened, and within how many branches.
        self._open: list[tuple[str, int, int]] = []
        self._counts: Counter[str] = Counter()
        self._branches: list[list[tuple[str, int, int]]] = []

    def statement(self, word: str) -> None:
        """A branch begins with what was open before the first of its kind; what the last left stays."""
        if word == "if":
            self._branches.append(list(self._open) if len(self._branches) < _DEEPEST else [])
        elif word in {"else", "elif"} and self._branches:
            self._open = list(self._branches[-1])
            self._counts = Counter(tag for tag, _, _ in self._open)
        elif word == "endif" and self._branches:
            self._branches.pop()

    def start(self, tag: str, at: int) -> Iterator[_Fault]:
        """Open a tag."""
        if tag == "a" and self._counts["a"] and not self._branches:
            yield at, "A link begins within a link.", "リンクの中に別のリンクがあります。"
        self._open.append((tag, at, len(self._branches)))
        self._counts[tag] += 1

    def end(self, tag: str, at: int) -> Iterator[_Fault]:
        """Close a tag, and say of those within it that they were forgotten."""
        if not self._counts[tag]:
            if not self._branches and tag not in _OPTIONAL | _VOID:
                yield at, f"“</{tag}>” closes nothing.", f"「</{tag}>」に対応する開始タグがありません。"
            return
        while True:
            found, opened, depth = self._open.pop()
            self._counts[found] -= 1
            if found == tag:
                return
            if not depth and found not in _OPTIONAL:
                yield _unclosed(found, opened)

    def finish(self) -> Iterator[_Fault]:
        """What is open at the end, but what a branch opened."""
        for tag, at, depth in self._open:
            if not depth and tag not in _OPTIONAL:
                yield _unclosed(tag, at)


def _unclosed(tag: str, at: int) -> _Fault:
    return at, f"“<{tag}>” is not closed in its place.", f"「<{tag}>」が正しい位置で閉じられていません。"


def _faults(text: str) -> Iterator[_Fault]:
    """Where something is wrong, and what. Every character is looked at a bounded number of times."""
    reading, at = _Reading(), 0
    while (found := _NEXT.search(text, at)) is not None:
        at = found.start()
        if found[0] in _ENDS:
            if word := _STATEMENT.match(text, at):
                reading.statement(word[1])
            at = _behind(text, _ENDS[found[0]], at)
        elif found[0] == "<!":
            comment = text.startswith("<!--", at)
            behind = _behind(text, "-->" if comment else ">", at)
            if comment and behind == len(text) and not text.endswith("-->"):
                yield at, "A comment does not end.", "コメントが閉じられていません。"
            at = behind
        else:
            tag = _TAG.match(text, at)
            assert tag is not None, "it begins like one"
            yield from _tag(reading, tag)
            raw = tag["tag"].casefold() in _RAW and not tag["end"]
            at = _behind(text, f"</{tag['tag']}", tag.end()) if raw else max(tag.end(), at + 1)
    yield from reading.finish()


def _tag(reading: _Reading, tag: re.Match[str]) -> Iterator[_Fault]:
    name = tag["tag"].casefold()
    if not tag["close"]:
        yield (
            tag.start(),
            f"“<{tag['end']}{name}” does not end; a quote or “>” is missing.",
            (f"「<{tag['end']}{name}」が閉じていません。引用符か「>」が足りません。"),
        )
    elif tag["end"]:
        yield from reading.end(name, tag.start())
    elif name not in _VOID | _RAW and not (tag["rest"].endswith("/") and ":" in name):
        yield from reading.start(name, tag.start())


def _behind(text: str, words: str, at: int) -> int:
    """Behind the next `words`, or the end."""
    found = text.find(words, at)
    return len(text) if found < 0 else found + len(words)
