import sys
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.models.finding import Position, Severity
from pipeline.workspace import yamllint
from pipeline.workspace.git import Repository
from pipeline.workspace.yamllint import DEFAULT, lint
from tests.workspace.repo import SALE, Repo


def test_the_examples_of_the_format_are_in_good_form(repo: Repo, opened: Repository) -> None:
    repo.commit()
    assert lint(opened.tree("main")) == ()


def test_a_bad_form_is_found_at_its_line_in_the_tree_that_is_asked(repo: Repo, opened: Repository) -> None:
    repo.commit()
    repo.change(f"{SALE}/campaign.yaml", "kind: marketing", "kind: marketing ")
    repo.change("policy.yaml", "language: ja", "language: ja\n\n\n\n")
    found = {(f.path, f.position, f.campaign, f.severity) for f in lint(opened.working_tree())}
    assert found == {
        (f"{SALE}/campaign.yaml", Position(3, 16), "2026-12-winter-sale", Severity.ERROR),
        ("policy.yaml", Position(6, 1), None, Severity.ERROR),
    }
    assert lint(opened.tree("main")) == ()


def test_of_many_files_each_is_looked_at_once(repo: Repo, opened: Repository) -> None:
    bad = {f"{SALE}/{n:03}.yaml": f"a: {n} \n" for n in range(yamllint._MANY)}
    for path, text in bad.items():
        repo.write(path, text)
    assert sorted(finding.path for finding in lint(opened.working_tree())) == sorted(bad)


def test_a_file_with_a_japanese_name_is_found_on_a_machine_with_another_encoding(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("LC_ALL", "POSIX")
    repo.write(f"{SALE}/表.yaml", "a: 1 \n")
    assert [finding.path for finding in lint(opened.working_tree())] == [f"{SALE}/表.yaml"]


def test_the_configuration_of_the_repository_counts(repo: Repo, opened: Repository) -> None:
    repo.write(".yamllint.yaml", DEFAULT + "  quoted-strings: {level: warning, required: true}\n")
    found = lint(opened.working_tree())
    assert found
    assert {finding.severity for finding in found if finding.path == "policy.yaml"} == {Severity.WARNING}


def test_a_configuration_that_yamllint_refuses_is_a_finding(repo: Repo, opened: Repository) -> None:
    repo.write(".yamllint.yaml", "rules: {no-such-rule: enable}\n")
    (finding,) = lint(opened.working_tree())
    assert finding.path == ".yamllint.yaml"
    assert "no-such-rule" in finding.message.en


def test_a_hostile_file_is_refused_before_yamllint_reads_it(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/campaign.yaml", "a: " + "[" * 100_000)
    (finding,) = lint(opened.working_tree())
    assert (finding.rule, finding.campaign) == ("settings/yaml", "2026-12-winter-sale")


def test_a_file_of_the_repository_is_not_taken_for_yamllint(repo: Repo, opened: Repository) -> None:
    repo.write("yamllint/__main__.py", "raise SystemExit(0)\n")
    repo.write("policy.yaml", "a: 1 \n")
    assert [finding.path for finding in lint(opened.working_tree())] == ["policy.yaml"]


@pytest.mark.parametrize("script", ["exit 0 >&2; ", "echo broken >&2; exit 1", "exit 70", "echo nonsense"])
def test_a_yamllint_that_cannot_run_is_not_a_pass(
    opened: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755 if script != "exit 0 >&2; " else 0o644)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(PipelineError, match="yamllint could not run"):
        lint(opened.working_tree())


def test_the_file_of_this_repository_is_the_default() -> None:
    here = Path(__file__).parents[2] / ".yamllint.yaml"
    assert here.read_text(encoding="utf-8") == DEFAULT
