import pytest

from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import load
from tests.workspace.repo import SALE, Repo

ID = "2026-12-winter-sale"
READ = [
    (f"{SALE}/campaign.yaml", "冬のセール 2026", "冬のセール 2027"),
    (f"{SALE}/body.mjml", "</mjml>", "</mjml> "),
    (f"{SALE}/body.txt", "様", "さま"),
    ("campaigns/_shared/head.mjml", "</mj-head>", "</mj-head> "),
    ("campaigns/_shared/macros.txt", "こんにちは", "こんばんは"),
    ("campaigns/_shared/foot.txt", "name", "contact"),
    ("segments/tokyo-active.yaml", "東京都", "大阪府"),
    ("segments/recent-complainers.yaml", "complained", "not complained"),
    ("policy.yaml", "千代田区千代田1-1", "千代田区千代田1-2"),
    ("policy.yaml", "news@mail", "info@mail"),
    ("policy.yaml", "allow: [hanamori.example]", "allow: [hanamori.example, other.example]"),
    ("policy.yaml", "id: member_id", "id: number"),
]
NOT_READ = [
    ("campaigns/_shared/unused.txt", "nobody", "somebody"),
    ("policy.yaml", "bounce: 5%", "bounce: 4%"),
    ("policy.yaml", "news:", "other: {name: a, address: a@b.example}\n  news:"),
    ("policy.yaml", "language: ja", "language: en   # reports"),
]


def digest(opened: Repository) -> str:
    return load(opened.working_tree()).digest(ID)


def test_the_working_tree_and_its_commit_have_the_same_digest(repo: Repo, opened: Repository) -> None:
    before = digest(opened)
    repo.commit()
    assert load(opened.tree("main")).digest(ID) == before == digest(opened)
    repo.commit("nothing")
    assert load(opened.tree("main")).digest(ID) == before


@pytest.mark.parametrize(("path", "old", "new"), READ)
def test_a_change_of_anything_that_is_read_changes_the_digest_and_is_in_the_history(
    repo: Repo, opened: Repository, path: str, old: str, new: str
) -> None:
    repo.commit()
    before = digest(opened)
    repo.change(path, old, new)
    assert digest(opened) != before
    sha = repo.commit("the change")
    workspace = load(opened.tree("main"))
    assert workspace.digest(ID) != before
    assert next(opened.history("main", workspace.paths_read(ID))) == sha


@pytest.mark.parametrize(("path", "old", "new"), NOT_READ)
def test_a_change_of_what_is_not_read_leaves_the_digest(
    repo: Repo, opened: Repository, path: str, old: str, new: str
) -> None:
    before = digest(opened)
    repo.change(path, old, new)
    assert digest(opened) == before


def test_other_campaigns_and_contacts_leave_the_digest(repo: Repo, opened: Repository) -> None:
    before = digest(opened)
    repo.write("campaigns/other/campaign.yaml", "state: draft\n")
    repo.write("segments/other.yaml", "title: a\nsource: members\n")
    repo.write("segments/contacts/members.csv", "member_id\n1\n")
    assert digest(opened) == before


def test_a_file_added_renamed_or_made_executable_changes_the_digest(repo: Repo, opened: Repository) -> None:
    seen = {digest(opened)}
    repo.write(f"{SALE}/notes.md", "x")
    seen.add(digest(opened))
    (repo.root / SALE / "notes.md").rename(repo.root / SALE / "note.md")
    seen.add(digest(opened))
    (repo.root / SALE / "note.md").chmod(0o755)
    seen.add(digest(opened))
    assert len(seen) == 4


def test_an_include_by_a_computed_name_reads_every_shared_piece(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/body.txt", "{% include facts.links.landing_page %}")
    before = digest(opened)
    repo.change("campaigns/_shared/unused.txt", "nobody", "somebody")
    assert digest(opened) != before


def test_a_shared_piece_that_takes_the_place_of_a_missing_one_changes_the_digest(
    repo: Repo, opened: Repository
) -> None:
    repo.write(f"{SALE}/body.txt", "{% include 'later.txt' ignore missing %}")
    before = digest(opened)
    repo.write("campaigns/_shared/later.txt", "now")
    assert digest(opened) != before


def test_only_who_is_asked_for_changes_the_rule_of_the_audience(repo: Repo, opened: Repository) -> None:
    def rule() -> str:
        return load(opened.working_tree()).audience_rule_digest(ID)

    before = rule()
    repo.change(f"{SALE}/body.txt", "様", "さま")
    repo.change("policy.yaml", "千代田区千代田1-1", "千代田区千代田1-2")
    assert rule() == before
    repo.change("segments/recent-complainers.yaml", "complained", "not complained")
    changed = rule()
    assert changed != before
    repo.change("policy.yaml", "consent: marketing_consent_at", "consent: other")
    assert rule() not in {before, changed}
