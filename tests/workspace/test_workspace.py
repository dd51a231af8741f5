import hashlib
import shutil

import pytest

from pipeline.models.finding import Finding, Position, Severity
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace, load
from tests.workspace.repo import SALE, Repo

ID = "2026-12-winter-sale"
YAML = f"{SALE}/campaign.yaml"


def on_disk(opened: Repository) -> Workspace:
    return load(opened.working_tree())


def only(workspace: Workspace, rule: str) -> Finding:
    assert [finding.rule for finding in workspace.findings] == [rule], workspace.findings
    return workspace.findings[0]


def test_the_examples_of_the_format_are_without_a_finding(repo: Repo, opened: Repository) -> None:
    repo.commit()
    workspace = load(opened.tree("main"))
    assert workspace.findings == ()
    assert workspace.policy is not None
    folder = workspace.campaigns[ID]
    assert folder.campaign.facts.amounts == {"discount": "30%", "free_shipping_from": "5,000円"}
    assert folder.text("body.txt").startswith("{{ recipient")
    assert folder.yaml.position(("audience", "expect", "max")).line == 19
    assert workspace.segments["tokyo-active"].segment.exclude == ("recent-complainers",)
    assert workspace.broken == frozenset()


TOKYO = "segments/tokyo-active.yaml"
ONE_MISTAKE = [
    (YAML, "expect:", "exepct:", "settings/schema", 17, "expect"),
    (YAML, "from: news", "from: newz", "settings/sender-exists", 7, "news"),
    (YAML, "owner: mail-desk", "owner: nobody", "settings/owner-exists", 5, "teams"),
    (YAML, "segment: tokyo-active", "segment: tokyo", "recipients/segment-exists", 18, "tokyo"),
    (YAML, "html: body.mjml", "html: boddy.mjml", "display/file-exists", 12, "body.mjml"),
    (YAML, "size-guide.pdf", "size.pdf", "system/attachment", 15, "size-guide.pdf"),
    (YAML, "title: 冬", "title: &a 冬", "settings/yaml", 4, "Remove"),
    (YAML, "recipient.family_name }}", "recipient.family_name }", "display/template-syntax", 9, "braces"),
    (f"{SALE}/body.txt", "foot.txt", "food.txt", "display/include-exists", 2, "foot.txt"),
    (f"{SALE}/body.txt", "foot.txt", "../../policy.yaml", "display/include-exists", 2, "correct"),
    (f"{SALE}/body.txt", "'foot.txt' %}", "'foot.txt' %", "display/template-syntax", 2, "tags"),
    ("campaigns/_shared/macros.txt", "endmacro", "endmarco", "display/template-syntax", 1, "tags"),
    (TOKYO, "source: members", "source: member", "recipients/source-exists", 2, "members"),
    (TOKYO, "[recent-complainers]", "[gone]", "recipients/segment-exists", 5, "gone"),
]


@pytest.mark.parametrize("mistake", ONE_MISTAKE, ids=lambda mistake: f"{mistake[3]} {mistake[2]}")
def test_a_mistake_is_found_at_its_line_with_a_remedy_and_filed_under_its_campaign(
    repo: Repo, opened: Repository, mistake: tuple[str, str, str, str, int, str]
) -> None:
    path, old, new, rule, line, words = mistake
    repo.change(path, old, new)
    workspace = on_disk(opened)
    finding = next(found for found in workspace.findings if found.rule == rule and words in found.remedy.en)
    assert (finding.path, finding.position.line, finding.campaign) == (path, line, ID)
    assert finding.severity is Severity.ERROR
    assert (ID in workspace.broken) == (rule in {"settings/schema", "settings/yaml"})


def test_all_mistakes_are_told_at_once_in_the_order_of_the_files(repo: Repo, opened: Repository) -> None:
    repo.change(YAML, "from: news", "from: newz")
    repo.change(YAML, "html: body.mjml", "html: boddy.mjml")
    repo.change("segments/tokyo-active.yaml", "source: members", "source: member")
    repo.change("policy.yaml", "required: 1, above", "required: 9, above")
    rules = [finding.rule for finding in on_disk(opened).findings]
    assert rules == ["display/file-exists", "settings/policy"]
    repo.change("policy.yaml", "required: 9, above", "required: 1, above")
    rules = [finding.rule for finding in on_disk(opened).findings]
    assert rules == ["settings/sender-exists", "display/file-exists", "recipients/source-exists"]


def test_another_file_under_the_attachments_name_tells_its_sha256(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/files/size-guide.pdf", b"another")
    finding = only(on_disk(opened), "system/attachment")
    assert hashlib.sha256(b"another").hexdigest() in finding.remedy.en
    assert finding.position == Position(16, 5)


def test_a_pointer_of_git_lfs_is_not_taken_for_the_attachment(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/files/size-guide.pdf", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "LFS" in only(on_disk(opened), "system/attachment").remedy.en


def test_a_file_that_git_ignores_is_missing(repo: Repo, opened: Repository) -> None:
    repo.write(".gitignore", "*.pdf\n")
    assert "ignores" in only(on_disk(opened), "system/attachment").message.en


@pytest.mark.parametrize("content", [b"a\0b", "日本".encode("shift_jis")])
def test_a_binary_file_is_no_template(repo: Repo, opened: Repository, content: bytes) -> None:
    repo.write(f"{SALE}/body.txt", content)
    assert only(on_disk(opened), "display/template-text").path == f"{SALE}/body.txt"


@pytest.mark.parametrize("expression", ["(" * 50_000, "9" * 5_000, "{% if a %}" * 5_000])
def test_a_template_without_end_is_a_finding(repo: Repo, opened: Repository, expression: str) -> None:
    repo.write(f"{SALE}/body.txt", f"{{{{ {expression} }}}}")
    only(on_disk(opened), "display/template-syntax")


def test_templates_that_include_each_other_are_followed_once(repo: Repo, opened: Repository) -> None:
    repo.write("campaigns/_shared/foot.txt", "{% include 'foot.txt' %}{% include 'body.txt' %}")
    assert on_disk(opened).findings == ()


def test_a_piece_that_may_be_missing_may_be_missing(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/body.txt", "{% include 'gone.txt' ignore missing %}")
    assert on_disk(opened).findings == ()


def test_a_folder_without_campaign_yaml_is_held_and_not_taken_for_removed(
    repo: Repo, opened: Repository
) -> None:
    (repo.root / YAML).unlink()
    workspace = on_disk(opened)
    assert workspace.broken == {ID}
    assert only(workspace, "settings/campaign-file").campaign == ID


def test_a_folder_named_campaign_yaml_is_no_campaign_file(repo: Repo, opened: Repository) -> None:
    (repo.root / YAML).unlink()
    repo.write(f"{YAML}/x", "y")
    assert on_disk(opened).broken == {ID}


@pytest.mark.parametrize("content", ["", "a: [" * 60_000, "state: ready\x07", "- a\n", "x" * 100_000])
def test_a_broken_campaign_file_breaks_that_campaign_and_no_other(
    repo: Repo, opened: Repository, content: str
) -> None:
    shutil.copytree(repo.root / SALE, repo.root / "campaigns/other")
    repo.write(YAML, content)
    workspace = on_disk(opened)
    assert workspace.broken == {ID}
    assert set(workspace.campaigns) == {"other"}
    assert only(workspace, "settings/yaml").campaign == ID


@pytest.mark.parametrize("name", ["Winter-Sale", "冬", "_drafts", "a b", "-x", "x" * 65, ".hidden"])
def test_a_folder_name_that_is_no_id_is_refused(repo: Repo, opened: Repository, name: str) -> None:
    (repo.root / SALE).rename(repo.root / "campaigns" / name)
    workspace = on_disk(opened)
    assert only(workspace, "settings/campaign-id").campaign == name
    assert workspace.broken == {name}


def test_two_folders_that_differ_in_case_are_both_named(repo: Repo, opened: Repository) -> None:
    shutil.copytree(repo.root / SALE, repo.root / SALE.replace("winter", "Winter"))
    workspace = on_disk(opened)
    assert workspace.campaigns == {}
    twins = {finding.campaign for finding in workspace.findings if "capital" in finding.message.en}
    assert twins == {ID, ID.replace("winter", "Winter")}


@pytest.mark.parametrize("target", ["body.txt", "../../policy.yaml", "/etc/passwd", "nowhere"])
def test_a_link_in_a_campaign_is_refused_wherever_it_leads(
    repo: Repo, opened: Repository, target: str
) -> None:
    (repo.root / SALE / "link.txt").symlink_to(target)
    repo.commit()
    for tree in (opened.tree("main"), opened.working_tree()):
        workspace = load(tree)
        assert only(workspace, "settings/symlink").path == f"{SALE}/link.txt"
        assert workspace.broken == {ID}


def test_a_link_in_place_of_a_segment_is_refused(repo: Repo, opened: Repository) -> None:
    (repo.root / "segments/tokyo-active.yaml").rename(repo.root / "x.yaml")
    (repo.root / "segments/tokyo-active.yaml").symlink_to("../x.yaml")
    rules = {finding.rule for finding in on_disk(opened).findings}
    assert {"settings/symlink", "recipients/segment-exists"} <= rules


def test_a_control_character_in_a_file_name_is_shown_harmlessly(repo: Repo, opened: Repository) -> None:
    repo.write(f"{SALE}/a\x1b[31m\nb.txt", "x")
    finding = only(on_disk(opened), "settings/file-name")
    assert finding.path.isprintable()


def test_excludes_in_a_circle_are_found_on_every_side(repo: Repo, opened: Repository) -> None:
    repo.write("segments/recent-complainers.yaml", "title: a\nsource: members\nexclude: [tokyo-active]\n")
    found = [finding for finding in on_disk(opened).findings if finding.rule == "recipients/segment-cycle"]
    assert {finding.path for finding in found} == {
        "segments/tokyo-active.yaml",
        "segments/recent-complainers.yaml",
    }
    assert {finding.campaign for finding in found} == {ID}


def test_a_segment_that_excludes_itself_is_a_circle(repo: Repo, opened: Repository) -> None:
    repo.change("segments/tokyo-active.yaml", "[recent-complainers]", "[recent-complainers, tokyo-active]")
    only(on_disk(opened), "recipients/segment-cycle")


def test_a_segment_nobody_uses_is_only_mentioned(repo: Repo, opened: Repository) -> None:
    repo.write("segments/osaka.yaml", "title: a\nsource: members\n")
    finding = only(on_disk(opened), "recipients/unused-segment")
    assert finding.severity is Severity.INFO
    assert finding.campaign is None


@pytest.mark.parametrize("name", ["osaka.yml", "Osaka.yaml", "kansai/osaka.yaml"])
def test_a_segment_file_that_would_not_be_read_is_named(repo: Repo, opened: Repository, name: str) -> None:
    repo.write(f"segments/{name}", "title: a\nsource: members\n")
    assert only(on_disk(opened), "settings/segment-name").path == f"segments/{name}"


def test_an_apology_needs_an_incident_on_record(repo: Repo, opened: Repository) -> None:
    repo.change(YAML, "segment: tokyo-active", "incident: 2026-12-01-winter-sale")
    found = [finding.rule for finding in on_disk(opened).findings]
    assert found == ["recipients/incident-exists", *["recipients/unused-segment"] * 2]
    repo.write("incidents/2026-12-01-winter-sale/incident.yaml", "x: y")
    assert "recipients/incident-exists" not in [finding.rule for finding in on_disk(opened).findings]


def test_a_repository_without_campaigns_or_policy_says_both(repo: Repo, opened: Repository) -> None:
    shutil.rmtree(repo.root / SALE)
    (repo.root / "policy.yaml").unlink()
    workspace = on_disk(opened)
    assert workspace.policy is None
    assert {"settings/no-campaigns", "settings/policy"} <= {finding.rule for finding in workspace.findings}
