import os
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.workspace.git import Repository
from tests.workspace.repo import SALE, Repo


def test_a_clean_checkout_has_the_entries_of_its_commit(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/名前 with space.txt", "x")
    repo.write(f"{SALE}/line\nbreak.txt", "x")
    repo.write(f"{SALE}/run.sh", "x").chmod(0o755)
    (repo.root / SALE / "link").symlink_to("body.txt")
    repo.write("incidents/2026-01-01-x/report.md", "x")
    repo.commit()
    revision, disk = opened.tree("main"), opened.working_tree()
    assert dict(revision.entries) == dict(disk.entries)
    assert revision.entries[f"{SALE}/run.sh"].mode == "100755"
    assert revision.entries[f"{SALE}/link"].mode == "120000"
    for path in revision.entries:
        assert revision.read(path) == disk.read(path)


def test_line_ends_that_git_converts_do_not_change_a_blob_id(repo: Repo, opened: Repository) -> None:
    repo.write(".gitattributes", "*.txt text\n")
    repo.commit()
    before = opened.tree("main").entries
    repo.write(f"{SALE}/body.txt", (repo.root / SALE / "body.txt").read_bytes().replace(b"\n", b"\r\n"))
    disk = opened.working_tree()
    assert disk.entries == before
    assert b"\r\n" in disk.read(f"{SALE}/body.txt")


def test_a_repository_with_sha256_ids_works_alike(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "first")
    repo.git("init", "-q", "--object-format=sha256", "-b", "main", str(tmp_path / "second"))
    repo.root = tmp_path / "second"
    repo.fill()
    (repo.root / SALE / "link").symlink_to("body.txt")
    repo.commit()
    with Repository.open(repo.root) as opened:
        assert len(opened.resolve("main")) == 64
        assert opened.tree("main").entries == opened.working_tree().entries


def test_the_working_tree_is_what_a_commit_of_everything_would_contain(
    repo: Repo, opened: Repository
) -> None:
    repo.write(".gitignore", "*.tmp\n")
    repo.commit()
    repo.write(f"{SALE}/ignored.tmp", "x")
    repo.write(f"{SALE}/new.txt", "x")
    repo.change(f"{SALE}/body.txt", "様", "さん")
    (repo.root / "campaigns/_shared/unused.txt").unlink()
    disk = opened.working_tree().entries
    assert f"{SALE}/ignored.tmp" not in disk
    assert f"{SALE}/new.txt" in disk
    assert "campaigns/_shared/unused.txt" not in disk
    repo.commit("everything")
    assert opened.tree("main").entries == disk


def test_files_behind_a_linked_folder_are_deleted_files(
    repo: Repo, opened: Repository, tmp_path: Path
) -> None:
    repo.commit()
    (repo.root / SALE / "files").rename(tmp_path / "elsewhere")
    (repo.root / SALE / "files").symlink_to(tmp_path / "elsewhere")
    disk = opened.working_tree().entries
    assert f"{SALE}/files/size-guide.pdf" not in disk
    assert disk[f"{SALE}/files"].mode == "120000"


def test_contacts_are_neither_listed_nor_read(repo: Repo, opened: Repository) -> None:
    repo.write("segments/contacts/members.csv", "id\n")
    repo.write("src/other.py", "x")
    repo.commit()
    for tree in (opened.tree("main"), opened.working_tree()):
        assert not [path for path in tree.entries if path.startswith(("segments/contacts", "src"))]


def test_a_revision_stays_what_it_was_when_the_files_change(repo: Repo, opened: Repository) -> None:
    repo.commit()
    tree = opened.tree("main")
    repo.change(f"{SALE}/body.txt", "様", "さん")
    repo.commit()
    assert "様" in tree.read(f"{SALE}/body.txt").decode()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_not_text_is_listed_by_both(repo: Repo, opened: Repository) -> None:
    Path(os.fsdecode(os.fsencode(repo.root / SALE) + b"/\xff.txt")).write_text("x")
    repo.commit()
    assert opened.tree("main").entries == opened.working_tree().entries


def test_a_file_saved_during_the_run_is_not_mixed_with_the_old_digest(repo: Repo, opened: Repository) -> None:
    disk = opened.working_tree()
    repo.change(f"{SALE}/body.txt", "様", "さん")
    with pytest.raises(PipelineError, match="changed while"):
        disk.read(f"{SALE}/body.txt")
    (repo.root / SALE / "body.txt").unlink()
    with pytest.raises(PipelineError, match="cannot be read"):
        disk.read(f"{SALE}/body.txt")
