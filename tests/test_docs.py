"""The documents say what is there: compared with the disk, the commands, the models."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import pytest

from pipeline.checklist.catalogue import RULES
from pipeline.checklist.report import CampaignReport, Item, Report
from pipeline.checklist.report import Status as ItemStatus
from pipeline.checklist.rule import HEADINGS
from pipeline.cli import cli, doctor, findings_text, resolve_text, status_text
from pipeline.delivery.gate import RENDERING
from pipeline.delivery.status import Progress, Status
from pipeline.doctor.line import Examined, Line
from pipeline.doctor.line import State as LineState
from pipeline.errors import ExitStatus
from pipeline.ledger.accounting import LEFT_OUT
from pipeline.ledger.entry import Account, Batch, BatchId, Outcome
from pipeline.ledger.entry import State as OutcomeState
from pipeline.ledger.hold import Hold, HoldKind
from pipeline.ledger.resolution import NOT_SENT, Undecided
from pipeline.models.campaign import Kind, State
from pipeline.models.finding import Finding, Severity
from pipeline.models.recipient import Reason
from pipeline.plan import describe
from pipeline.plan.changes import Stop
from pipeline.plan.delivery_plan import Freeze, Send, Soak
from pipeline.plan.report import Entry
from pipeline.sentence import Sentence

ROOT: Final = Path(__file__).parents[1]
DOCUMENTS: Final = tuple(
    sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
)
_NOON: Final = datetime(2026, 12, 1, 3, tzinfo=UTC)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _words(name: str) -> set[str]:
    """What a document sets as code, outside of blocks."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", _text(name), flags=re.DOTALL)))


# --- The tree of ARCHITECTURE.md


def _documented_tree() -> Iterator[tuple[str, str]]:
    """Path and sentence of every line of the tree; the depth of a line is its indent, two blanks a level."""
    block = re.search(r"<!-- tree -->\n+```\n(.*?)```", _text("ARCHITECTURE.md"), re.DOTALL)
    assert block, "ARCHITECTURE.md has a tree"
    above: list[str] = []
    for line in block[1].splitlines():
        entry = re.fullmatch(r"( *)(\S+)(?: +(.*))?", line)
        assert entry, f"no line of a tree: {line!r}"
        above[len(entry[1]) // 2 :] = [entry[2].rstrip("/")]
        yield "/".join(above), entry[3] or ""


def _tree_on_disk() -> Iterator[tuple[str, str]]:
    """A folder speaks through its `__init__.py`; a data file does not speak."""
    for path in sorted((ROOT / "pipeline").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if "__pycache__" in name or path.name == "__init__.py" or _is_of_rules(name):
            continue
        module = path / "__init__.py" if path.is_dir() else path
        yield name, _first_line(module) if module.suffix == ".py" else ""
    yield "pipeline", _first_line(ROOT / "pipeline/__init__.py")


def _is_of_rules(name: str) -> bool:
    """The rules below a heading, told in docs/checklist.md, and the files of a new repository."""
    return name.startswith("pipeline/cli/starter/") or any(
        name.startswith(f"pipeline/checklist/{heading}/") for heading in HEADINGS
    )


def _first_line(module: Path) -> str:
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def test_the_tree_in_the_architecture_is_the_tree_on_the_disk() -> None:
    documented, there = list(_documented_tree()), dict(_tree_on_disk())
    told = {path: sentence for path, sentence in documented if there.get(path) or path not in there}
    silent = {path for path, sentence in there.items() if not sentence}
    assert told == {path: sentence for path, sentence in there.items() if sentence}
    assert silent <= {path for path, _ in documented}
    assert len(documented) == len(dict(documented)), "a module stands there twice"


# --- Links, names, commands


def _anchor(heading: str) -> str:
    """As GitHub makes them: small letters, no punctuation, hyphens for blanks."""
    bare = re.sub(r"[`*]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    return {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", _text(name), flags=re.DOTALL))
    astray = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            astray.append(link)
    assert astray == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_name_of_the_code_in_a_document_exists(name: str) -> None:
    for dotted in re.findall(r"`(pipeline(?:\.\w+)+)`", _text(name)):
        module, rest = dotted, list[str]()
        while not _is_module(module):
            module, _, last = module.rpartition(".")
            rest.insert(0, last)
        found: Any = importlib.import_module(module)
        for part in rest:
            assert hasattr(found, part), f"{name} names {dotted}, which does not exist"
            found = getattr(found, part)


def _is_module(dotted: str) -> bool:
    path = ROOT / dotted.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_file_that_a_document_names_exists(name: str) -> None:
    named = re.findall(r"`((?:pipeline|tests|docs|benchmarks|schema)/[\w./-]+)`", _text(name))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_make_target_that_a_document_names_exists(name: str) -> None:
    known = set(re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE))
    text = _text(name)
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(
        re.findall(r"^\$? ?make ([a-z]+)", text, re.MULTILINE)
    )
    assert named <= known


def _commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


COMMANDS: Final = dict(_commands(cli))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_told_in_the_readme_and_in_full_in_the_docs(command: str) -> None:
    assert f"`postmerge {command}" in _text("README.md")
    section = re.search(
        rf"^## {command}\n(.*?)(?=^## |\Z)", _text("docs/commands.md"), re.DOTALL | re.MULTILINE
    )
    assert section, f"docs/commands.md has no section {command}"
    options = [
        name
        for parameter in COMMANDS[command].params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    ]
    assert [name for name in options if f"`{name}" not in section[1]] == []


def test_no_document_tells_of_a_command_that_does_not_exist() -> None:
    told = {
        (name, command)
        for name in DOCUMENTS
        for command in re.findall(r"`postmerge ([a-z]+(?:-[a-z]+)*)", _text(name))
    }
    known = {command.partition(" ")[0] for command in COMMANDS}
    assert {(name, command) for name, command in told if command not in known} == set()


def test_every_exit_status_is_told() -> None:
    for name in ("README.md", "docs/commands.md"):
        for status in ExitStatus:
            assert f"| {int(status)} |" in _text(name)


# --- The words


def test_every_kind_of_hold_is_in_the_run_book_with_what_lifts_it() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|", _text("docs/operating.md"), re.MULTILINE)
    told = {kind: (meaning.strip(), lifts.strip()) for kind, meaning, lifts in rows}
    assert {str(kind) for kind in HoldKind} <= told.keys()
    assert all(all(told[kind]) for kind in HoldKind)


def test_every_reason_for_leaving_somebody_out_is_in_the_run_book() -> None:
    assert {RENDERING, LEFT_OUT, NOT_SENT, *map(str, Reason)} <= _words("docs/operating.md")


def test_every_state_and_kind_is_in_the_glossary() -> None:
    words = _words("docs/glossary.md")
    assert {str(word) for enum in (State, Kind, Progress) for word in enum} <= words


def test_every_rule_of_the_checklist_is_explained_to_its_author() -> None:
    assert {rule.id for rule in RULES} <= _words("docs/checklist.md")


# --- The machine-readable outputs


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _section(heading: str) -> str:
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", _text("docs/json.md"), re.DOTALL | re.MULTILINE
    )
    assert found, f"docs/json.md has no section {heading}"
    return found[1]


def test_every_field_of_the_check_is_documented() -> None:
    finding = Finding(
        "settings/schema", "policy.yaml", Sentence("No.", "不可。"), Sentence("Do.", "要修正。")
    )
    items = (Item("settings/schema", ItemStatus.FAIL),)
    data = findings_text.as_data(Report((CampaignReport("sale", "0", items, (finding,)),), (finding,)))
    section = _section("check")
    assert [key for key in _keys(data) if f"`{key}`" not in section] == []
    assert [s for s in (*ItemStatus, *Severity) if f"`{s}`" not in section] == []


def test_every_field_of_the_plan_is_documented() -> None:
    steps = (Freeze(_NOON), Send(1, 10, _NOON, _NOON, 10), Soak(1, _NOON))
    data = describe.as_data([Entry(Stop("sale", "removed"), "Sale", steps=steps)])
    section = _section("plan")
    assert [key for key in _keys(data) if f"`{key}`" not in section] == []
    assert [word for word in ("start", "amend", "stop", "unchanged") if f"`{word}`" not in section] == []


def test_every_field_of_the_status_is_documented() -> None:
    hold = Hold("sale", HoldKind.HALT, "wrong price", "sato", _NOON)
    status = Status("sale", "Sale", Progress.HELD, (hold,), Account(), {}, None)
    section = _section("status")
    assert [key for key in _keys(status_text.as_data([status])) if f"`{key}`" not in section] == []
    shown = {status_text.as_data([_with(status, word)])["campaigns"][0]["state"] for word in Progress}
    assert [word for word in shown if f"`{word}`" not in section] == []


def test_every_field_of_the_resolution_is_documented() -> None:
    batch = Batch(BatchId("sale", 1, 1, 1), (0,))
    undecided = Undecided(batch, "u", _NOON, None, {})
    said = undecided.resolved({0: Outcome(OutcomeState.HELD)}, reason="asked", by="sato", at=_NOON)
    section = _section("resolve")
    data = resolve_text.as_data("sale", [undecided], [said])
    assert [key for key in _keys(data) if f"`{key}`" not in section] == []


def test_every_field_of_the_doctor_is_documented() -> None:
    line = Line("ledger", LineState.FINE, "readable")
    section = _section("doctor")
    assert [
        key
        for key in _keys(doctor.as_data("local", [Examined("ledger", (line,))]))
        if f"`{key}`" not in section
    ] == []
    assert [state for state in LineState if f"`{state}`" not in section] == []


def _with(status: Status, progress: Progress) -> Status:
    return Status(status.campaign, status.title, progress, (), status.account, {}, None)


# --- Decisions


DECISIONS: Final = tuple(name for name in DOCUMENTS if name.startswith("docs/decisions/"))


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    numbers = [int(Path(name).name[:4]) for name in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [name for name in DECISIONS if f"({name})" not in _text("ARCHITECTURE.md")] == []


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_says_why_and_what_follows(name: str) -> None:
    headings = re.findall(r"^## (.+)$", _text(name), re.MULTILINE)
    assert headings == ["Status", "Context", "Decision", "Consequences"]
    assert len(_text(name).splitlines()) <= 60, "one page"
