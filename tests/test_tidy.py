"""Style is a test: what no linter of ours looks at."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

#: The longest file in lines, by top folder.
LONGEST_FILE: Final = {"pipeline": 300, "tests": 600, "benchmarks": 300, "segments": 300}
LONGEST_FUNCTION: Final = 40
#: Functions that may be longer, each with the reason. A ratchet: it is only ever made shorter.
LONGER: Final[dict[str, str]] = {}

_BANNED: Final = ("util", "helper", "manager", "handler", "processor", "job", "task", "blast", "blacklist")
BANNED_WORDS: Final = frozenset({*_BANNED, *(f"{word}s" for word in _BANNED)})
#: Names of ours that a library's interface forces on us.
FORCED: Final[dict[str, str]] = {}

#: A word that promises work in the code instead of on a list.
LEFT_OVER: Final = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b")
#: Folders of somebody's machine.
PERSONAL_PATH: Final = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/\w|[A-Z]:\\Users\\")

_ADDRESS: Final = re.compile(r"[\w.+-]@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
_LINK: Final = re.compile(r"https?://([A-Za-z0-9.-]*[A-Za-z0-9])")
#: Reserved for examples and tests (RFC 2606, RFC 6761), and the machine itself.
_RESERVED: Final = re.compile(r"(?:.*\.)?(?:example|invalid|test|localhost)|127\.0\.0\.1", re.IGNORECASE)
#: Hosts that the repository may name: sources of facts, and where schemas live.
SOURCES: Final = frozenset(
    {
        "api.github.com",
        "aws.amazon.com",
        "docs.aws.amazon.com",
        "docs.github.com",
        "docs.python.org",
        "git-lfs.github.com",  # the first line of every pointer file of Git LFS
        "git-scm.com",
        "github.com",
        "json-schema.org",
        "json.schemastore.org",
        "keepachangelog.com",
        "rfc-editor.org",
        "sqlite.org",
        "www.caniemail.com",  # what mail programs support
        "www.apache.org",
        "www.rfc-editor.org",
        "www.sqlite.org",
    }
)
#: Japanese carriers whose old addresses break the RFC: a class of their own, told by the domain.
CARRIERS: Final = re.compile(
    r"(?:.*\.)?(?:docomo|ezweb|softbank|vodafone|disney|ido|au)\.(?:ne\.jp|com)", re.IGNORECASE
)

#: Examples of rules about hosts: they must name such as exist, or a slip of one.
_ABOUT_HOSTS: Final = (
    "tests/checklist/cases/display/url-",
    "tests/checklist/cases/legal/one-click",
    "tests/checklist/cases/recipients/domain-typo.yaml",
    "tests/checklist/cases/system/sender-aligned",
)

#: The notice of a licence names who gave it.
_NOTICE: Final = "pipeline/checklist/display/clients.LICENSE.txt"
#: Modules of ours with a command line of their own.
_RUN_BY_HAND: Final = ("pipeline.checklist.page", "pipeline.checklist.display.renew_clients")

_HIDDEN_BUT_OURS: Final = frozenset({".ci", ".github", ".gitignore", ".gitattributes", ".yamllint.yaml"})
_MADE: Final = frozenset({"__pycache__", "build", "dist", "node_modules"})
_NO_TEXT: Final = frozenset({".pdf", ".png", ".jpg", ".gif", ".parquet", ".db", ".pyc"})


def _files(folder: Path = ROOT) -> Iterator[Path]:
    """The repository's own files; not what git ignores, nor what a run leaves behind."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS
        if hidden or path.name in _MADE or path.name.endswith(".egg-info") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix not in _NO_TEXT:
            yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FILES: Final = {_name(path): path.read_text(encoding="utf-8") for path in _files()}
MODULES: Final = {name: ast.parse(text) for name, text in FILES.items() if name.endswith(".py")}


def test_there_are_files_to_look_at() -> None:
    assert {
        "README.md",
        "pipeline/wiring/__init__.py",
        "tests/test_tidy.py",
        ".github/workflows/ci.yml",
    } <= set(FILES)


def test_a_file_is_short_enough_to_be_read_at_once() -> None:
    lengths = {name: len(FILES[name].splitlines()) for name in MODULES}
    too_long = {
        name: lines for name, lines in lengths.items() if lines > LONGEST_FILE.get(name.partition("/")[0], 0)
    }
    assert too_long == {}


def _functions(name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{node.name}", node


def _lines(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_a_function_fits_on_a_screen() -> None:
    lengths = {where: _lines(node) for name in MODULES for where, node in _functions(name)}
    too_long = {where: lines for where, lines in lengths.items() if lines > LONGEST_FUNCTION}
    assert {where for where in too_long if where not in LONGER} == set()
    assert LONGER.keys() <= too_long.keys(), "shorter by now: take it off the list"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name for name in MODULES if name.startswith("pipeline/") and not ast.get_docstring(MODULES[name])
    ]
    assert silent == []


def _names_given(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives: what it defines, takes and assigns, not what it uses of others."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(asname=str(name)):
                yield name


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_nothing_has_a_name_that_could_mean_anything() -> None:
    named = {(name, given) for name, tree in MODULES.items() for given in _names_given(tree)}
    named |= {(name, Path(name).stem) for name in FILES}
    wrong = {(name, given) for name, given in named if _words(given) & BANNED_WORDS and given not in FORCED}
    assert wrong == set()


def test_no_note_of_unfinished_work_is_left_in_the_code() -> None:
    code = (name for name in FILES if name.endswith((".py", ".sql", ".yaml", ".yml", ".toml")))
    left = [
        f"{name}:{number}"
        for name in code
        for number, line in enumerate(FILES[name].splitlines(), 1)
        if LEFT_OVER.search(line)
    ]
    assert left == []


def test_an_import_says_from_where() -> None:
    relative = [
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    personal = [name for name, text in FILES.items() if PERSONAL_PATH.search(text)]
    assert personal == []


def test_nobody_real_is_named() -> None:
    """Addresses and links lead to `.example`, or to a source that stands on the list."""
    strange = set()
    for name, text in FILES.items():
        if name in {"requirements.lock", _NOTICE} or name.startswith(_ABOUT_HOSTS):
            continue
        addresses = {host for host in _ADDRESS.findall(text) if not CARRIERS.fullmatch(host)}
        links = {host for host in _LINK.findall(text) if host.lower() not in SOURCES}
        strange |= {(name, host) for host in addresses | links if not _RESERVED.fullmatch(host)}
    assert strange == set()


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports(tree: ast.Module) -> Iterator[str]:
    """What a module imports; a name written as text counts, because a process may be started with it."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Constant(value=str(text)):
                yield text


def test_every_module_is_reached_from_the_command_line() -> None:
    ours = {_module(name): tree for name, tree in MODULES.items() if name.startswith("pipeline/")}
    reached, ahead = set[str](), ["pipeline.__main__", "pipeline.cli", *_RUN_BY_HAND]
    while ahead:
        module = ahead.pop()
        if module in ours and module not in reached:
            reached.add(module)
            ahead += [*_imports(ours[module]), module.rpartition(".")[0]]
    assert ours.keys() - reached == set()


#: Nobody calls them yet, or a library does, by name.
CALLED_FROM_OUTSIDE: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "parts_of",
            "column_at",
            "policy_at",
            "matches",
            "near",
            "of",
            "ancestors",
            "since",
            "fetch",
            "ids",
            "source",
        ),
        "what a rule of the checklist may see of a draft",
    ),
    **dict.fromkeys(
        ("handle_starttag", "handle_startendtag", "handle_endtag", "handle_data", "updatepos"),
        "the parser of the standard library calls it",
    ),
    "point_in_time_recovery_enabled": "`postmerge doctor` will ask every ledger in DynamoDB",
    "versioning_enabled": "`postmerge doctor` will ask every archive in S3",
    "list_commands": "click asks for the order of the commands",
    "get_command": "click asks for a command by its name",
    "format_commands": "click asks for the commands in its help",
    "shell_complete": "click asks for what a shell may complete",
    "make_globals": "Jinja2 makes the names of a template with it",
    "concat": "Jinja2 joins the pieces of a template with it",
    "fold_binary": "the e-mail policy of the standard library calls it",
    "took": "a watched template calls it on its way",
    "hinted": "a watched template calls it on its way",
    "chose": "a watched template calls it on its way",
    "stood_in": "a watched template calls it on its way",
    "fell_back": "a watched template calls it on its way",
    "counted": "a watched template calls it on its way",
    "do_GET": "the HTTP server of the standard library calls it",
    "log_message": "the HTTP server of the standard library calls it",
    "verify": "whoever receives one-click unsubscribes needs it; the token is worth nothing without",
}


def _defined(tree: ast.Module) -> Iterator[str]:
    """Functions and classes that nothing registers: a decorator of a library calls what it decorates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
            if marks <= {"property", "classmethod", "staticmethod", "contextmanager", "dataclass"}:
                yield node.name


def _used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


def test_nothing_is_kept_that_nobody_uses() -> None:
    ours = {name: tree for name, tree in MODULES.items() if name.startswith("pipeline/")}
    used = {word for tree in ours.values() for word in _used(tree)}
    unused = {(name, given) for name, tree in ours.items() for given in _defined(tree) if given not in used}
    magic = {(name, given) for name, given in unused if given.startswith("__")}
    assert {(name, given) for name, given in unused - magic if given not in CALLED_FROM_OUTSIDE} == set()
