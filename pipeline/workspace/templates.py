"""What a campaign's templates reach: syntax, includes, shared pieces. Nothing is rendered here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from pipeline.models.finding import Finding, Position
from pipeline.sentence import Sentence
from pipeline.workspace.folder import CampaignFolder, NotText, text_of
from pipeline.workspace.names import SHARED
from pipeline.workspace.template_words import syntax
from pipeline.workspace.tree import Entry
from pipeline.workspace.typed import offer

MAX_CHARACTERS: Final = 1_000_000
_SYNTAX = "display/template-syntax"
# autoescape has no say in how a template is parsed; the renderer's environment decides about it.
_PARSER: Final = Environment(autoescape=True)
_NO_TEXT: Final = (
    Sentence("The template is not text.", "テンプレートがテキストではありません。"),
    Sentence("Save it as UTF-8 text.", "UTF-8のテキストとして保存してください。"),
)
_TOO_LONG: Final = (
    Sentence("The template is longer than a million characters.", "テンプレートが100万文字を超えています。"),
    Sentence("Shorten it.", "短くしてください。"),
)
_TOO_DEEP: Final = (
    Sentence(
        "The template is nested too deeply, or contains a number without end.",
        "テンプレートの入れ子が深すぎるか、桁の多すぎる数が書かれています。",
    ),
    Sentence("Write it in a simpler way.", "もっと単純な書き方にしてください。"),
)
_COMPARE: Final = Sentence(
    "Compare the tags and braces of this line with one that works.",
    "この行のタグと括弧を、正しく動いている行と見比べてください。",
)
_ADD_IT: Final = Sentence(
    "Add the file to git, or correct the name.", "ファイルをgitに追加するか、名前を直してください。"
)
_LOADING: Final = (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)
#: Longer templates are few, and would fill the memory.
_REMEMBERED: Final = 50_000
_Found = tuple[int, str | None, bool]


@dataclass(frozen=True, slots=True)
class Reach:
    """The shared pieces (paths) that a campaign's rendering may read, and what is wrong on the way."""

    shared: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Walk:
    """The templates seen so far. A name is a file of the folder, or one of _shared (`_shared/x` or `x`)."""

    folder: CampaignFolder
    shared: Mapping[str, Entry]
    seen: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def start(self) -> None:
        campaign, path = self.folder.campaign, self.folder.yaml.path
        for key, line in (("subject", campaign.subject), ("preheader", campaign.preheader)):
            if line is not None:
                self.template(path, line, at=self.folder.yaml.position((key,)))
        for name in filter(None, (campaign.body.html, campaign.body.text)):
            if name in self.folder.files:
                self.file(f"{self.folder.path}/{name}")

    def file(self, path: str) -> None:
        if path in self.seen:
            return
        self.seen.add(path)
        try:
            text = text_of(self.folder.tree.read(path))
        except NotText:
            self.add("display/template-text", path, *_NO_TEXT)
            return
        self.template(path, text)

    def template(self, path: str, text: str, at: Position | None = None) -> None:
        if len(text) > MAX_CHARACTERS:
            self.add(_SYNTAX, path, *_TOO_LONG)
            return
        try:
            found = _references(text) if len(text) <= _REMEMBERED else _looked_up(text)
        except TemplateSyntaxError as error:
            self.add(_SYNTAX, path, syntax(error.message), _COMPARE, at or Position(error.lineno))
            return
        except (RecursionError, ValueError):
            # ValueError: a number of more digits than Python reads.
            self.add(_SYNTAX, path, *_TOO_DEEP, at)
            return
        for line, name, may_be_missing in found:
            self.reference(path, at or Position(line), name, may_be_missing=may_be_missing)

    def reference(self, path: str, at: Position, name: str | None, *, may_be_missing: bool) -> None:
        if name is None:
            self.reached.update(self.shared)
            return
        found = [known for known in self.candidates(name) if self.exists(known)]
        self.reached.update(known for known in found if known.startswith(SHARED))
        for known in found:
            self.file(known)
        if not found and not may_be_missing:
            self.add(
                "display/include-exists",
                path,
                Sentence(
                    f"The template includes {name!r}, which does not exist.",
                    f"読み込もうとしている部品{name!r}がありません。",
                ),
                offer(name, self.names(), otherwise=_ADD_IT),
                at,
            )

    def candidates(self, name: str) -> tuple[str, ...]:
        if name.startswith("_shared/"):
            return (f"campaigns/{name}",)
        return (f"{self.folder.path}/{name}", f"{SHARED}{name}")

    def exists(self, path: str) -> bool:
        return path in self.shared or path.removeprefix(f"{self.folder.path}/") in self.folder.files

    def names(self) -> tuple[str, ...]:
        bare = (path.removeprefix(SHARED) for path in self.shared)
        return (*self.folder.files, *bare, *(path.removeprefix("campaigns/") for path in self.shared))

    def add(
        self, rule: str, path: str, message: Sentence, remedy: Sentence, at: Position | None = None
    ) -> None:
        finding = Finding(rule, path, message, remedy, at or Position(), campaign=self.folder.id)
        self.findings.append(finding)


def reach(folder: CampaignFolder, shared: Mapping[str, Entry]) -> Reach:
    """Follow the templates from body, subject and preheader through every include.

    A name that is only known while rendering reaches every shared piece; a bare name reaches the folder's
    file and the shared one of that name, so that the digest never misses what a rendering may read.
    """
    walk = _Walk(folder, shared)
    walk.start()
    return Reach(frozenset(walk.reached), tuple(walk.findings))


@lru_cache(maxsize=512)
def _references(text: str) -> tuple[_Found, ...]:
    """As `_looked_up`, remembered: many campaigns share a piece, and one is looked at again and again."""
    return _looked_up(text)


def _looked_up(text: str) -> tuple[_Found, ...]:
    """Line, name, and whether it may be missing, of everything that a template loads."""
    found: list[_Found] = []
    for node in _PARSER.parse(text).find_all(_LOADING):
        assert isinstance(node, _LOADING), "only these were asked for"
        may_be_missing = isinstance(node, nodes.Include) and node.ignore_missing
        found += [(node.lineno, name, may_be_missing) for name in _names(node.template)]
    return tuple(found)


def _names(template: nodes.Expr) -> Iterator[str | None]:
    """The names that a tag may load; None for one that is only known while rendering."""
    if isinstance(template, nodes.Tuple | nodes.List):
        for item in template.items:
            yield _constant(item)
    else:
        yield _constant(template)


def _constant(node: nodes.Expr) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None
