"""yamllint over the YAML files of a tree. It is GPL, so it is run as a process and never imported."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError
from pipeline.models.finding import Finding, Position, Severity
from pipeline.sentence import Sentence
from pipeline.workspace.names import campaign_of, printable
from pipeline.workspace.tree import FILE, PROGRAM, Tree
from pipeline.workspace.yaml_file import YamlFile, parse

RULE: Final = "settings/yamllint"
CONFIGURATION: Final = ".yamllint.yaml"
#: Used when the repository has no `.yamllint.yaml`. Form only: what the keys mean is checked elsewhere.
DEFAULT: Final = """\
extends: default
rules:
  braces: {max-spaces-inside: 1}
  brackets: {max-spaces-inside: 1}
  # Columns may be aligned.
  colons: {max-spaces-after: -1}
  # An amount such as 5,000円 may stand within braces.
  commas: {min-spaces-after: 0}
  comments: {min-spaces-from-content: 1}
  comments-indentation: disable
  document-start: disable
  line-length: disable
  # Every value is read as text, so that NO and on mean nothing special.
  truthy: disable
"""
#: Files for which a second process is worth its start.
_MANY: Final = 64
#: yamllint's exit statuses for: nothing wrong, an error found, warnings found.
_FINISHED: Final = {0, 1, 2}
_LINE = re.compile(
    r"(?:\./)?(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): \[(?P<level>error|warning)\] (?P<words>.+)"
)

_REMEDY: Final = Sentence(
    "Correct the form of the line, or change the rule in .yamllint.yaml.",
    "行の書き方を直すか、.yamllint.yamlの規則を変更してください。",
)
#: What a rule of yamllint asks for, by its name.
_FORMS: Final = {
    "anchors": "アンカーとエイリアスの使い方が正しくありません",
    "braces": "波括弧{ }の内側のスペースの数が規則と違います",
    "brackets": "角括弧[ ]の内側のスペースの数が規則と違います",
    "colons": "コロンの前後のスペースの数が規則と違います",
    "commas": "カンマの前後のスペースの数が規則と違います",
    "comments": "コメント(#)の前後のスペースの数が規則と違います",
    "comments-indentation": "コメントの字下げが、続く行とそろっていません",
    "document-end": "文書の終わり(...)の書き方が規則と違います",
    "document-start": "文書の始まり(---)の書き方が規則と違います",
    "empty-lines": "空行が多すぎます",
    "empty-values": "値が空です",
    "float-values": "小数の書き方が規則と違います",
    "hyphens": "ハイフンの後のスペースの数が規則と違います",
    "indentation": "字下げが規則と違います",
    "key-duplicates": "同じキーが2回書かれています",
    "key-ordering": "キーの順番が規則と違います",
    "line-length": "1行が長すぎます",
    "new-line-at-end-of-file": "ファイルの最後に改行がありません",
    "new-lines": "改行コードが規則と違います",
    "octal-values": "8進数と読める値があります",
    "quoted-strings": "引用符の使い方が規則と違います",
    "trailing-spaces": "行末に余分なスペースがあります",
    "truthy": "真偽値の書き方が規則と違います",
}


def lint(tree: Tree) -> tuple[Finding, ...]:
    """What yamllint says about every YAML file of the tree; of many files two runs share them.

    A file that is not sound YAML gets the reader's own findings instead. Raises PipelineError when yamllint
    cannot run: a check that could not run is not a pass.
    """
    sound, findings = _sound_files(tree)
    with tempfile.TemporaryDirectory(prefix="postmerge-yamllint-") as folder:
        configuration = Path(folder) / "configuration"
        configuration.write_bytes(sound.get(CONFIGURATION, DEFAULT.encode()))
        roots = list(_written(sound, Path(folder)))
        with ThreadPoolExecutor(len(roots)) as beside:
            done = list(beside.map(_run, roots, repeat(configuration)))
    refused = [each.stderr for each in done if "invalid config" in each.stderr]
    if refused:
        reason = refused[0].strip().splitlines()[-1]
        message = Sentence(
            f"yamllint does not accept this configuration: {reason}", "yamllintの設定に誤りがあります。"
        )
        remedy = Sentence("Correct it.", "設定を直してください。")
        return (*findings, Finding(RULE, CONFIGURATION, message, remedy))
    return (*findings, *(finding for each in done for finding in _findings(each)))


def _written(files: Mapping[str, bytes], folder: Path) -> Iterator[Path]:
    """Folders with the files, in two halves where there are many: a second process begins in a moment."""
    shares = 2 if len(files) >= _MANY else 1
    for share in range(shares):
        root = folder / f"files-{share}"
        root.mkdir()
        for path in list(files)[share::shares]:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[path])
        yield root


def _sound_files(tree: Tree) -> tuple[dict[str, bytes], list[Finding]]:
    sound: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path, entry in tree.entries.items():
        ours = path.endswith((".yaml", ".yml")) and entry.mode in {FILE, PROGRAM}
        if not ours or ".." in path.split("/") or printable(path) != path:
            continue
        data = tree.read(path)
        file = parse(path, data)
        if isinstance(file, YamlFile):
            sound[path] = data
        else:
            campaign = campaign_of(path)
            findings += [finding.of(campaign) if campaign else finding for finding in file]
    return sound, findings


def _run(root: Path, configuration: Path) -> subprocess.CompletedProcess[str]:
    # -P: a file of the repository must not be taken for a module of yamllint
    words = [sys.executable, "-P", "-m", "yamllint", "-f", "parsable", "-c", str(configuration), "."]
    try:
        done = subprocess.run(
            words,
            cwd=root,
            env=os.environ | {"PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
            start_new_session=True,  # Ctrl-C is for the sender, which still needs the answer
        )
    except OSError as error:
        raise _cannot_run(str(error)) from error
    if "invalid config" not in done.stderr and (done.returncode not in _FINISHED or done.stderr.strip()):
        raise _cannot_run((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return done


def _findings(done: subprocess.CompletedProcess[str]) -> Iterator[Finding]:
    for line in done.stdout.splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise _cannot_run(f"its answer {line!r} is not understood")
        finding = Finding(
            RULE,
            found["path"],
            Sentence(f"yamllint: {found['words']}", _in_japanese(found["words"])),
            _REMEDY,
            Position(int(found["line"]), int(found["column"])),
            Severity(found["level"]),
        )
        campaign = campaign_of(found["path"])
        yield finding.of(campaign) if campaign else finding


def _in_japanese(words: str) -> str:
    """By the rule of yamllint, which stands in brackets behind its words."""
    rule = words.rpartition("(")[2].removesuffix(")")
    said = _FORMS.get(rule, "書き方が規則に合っていません")
    return f"yamllint: {said}({rule})。" if rule in _FORMS else f"yamllint: {said}。"


def _cannot_run(reason: str) -> PipelineError:
    return PipelineError(f"yamllint could not run: {reason}.", "Install Postmerge again: `make setup`.")
