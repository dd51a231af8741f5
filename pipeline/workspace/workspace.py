"""A revision as campaigns, segments and policy; what is wrong with it is a list of findings, all at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.models.campaign import Campaign
from pipeline.models.finding import Finding, in_order
from pipeline.models.policy import Policy
from pipeline.sentence import Language, Sentence
from pipeline.workspace import names, personas, references, segments
from pipeline.workspace.digest import audience_digest, content_digest, policy_read, sources_read
from pipeline.workspace.folder import CampaignFolder, SegmentFile
from pipeline.workspace.names import CAMPAIGNS, PERSONAS, SEGMENTS, SHARED
from pipeline.workspace.near import language_of
from pipeline.workspace.templates import reach
from pipeline.workspace.tree import FILE, PROGRAM, Entry, Tree
from pipeline.workspace.typed import read
from pipeline.workspace.yaml_file import YamlFile, parse

POLICY: Final = "policy.yaml"


@dataclass(frozen=True, slots=True)
class Workspace:
    """What is written in git at one revision, or in the working tree.

    `broken` names the campaigns whose folder is there but cannot be read: they are held, not removed.
    `policy` is None when it cannot be read; nothing may be delivered then. `language` is that of reports,
    also then, as far as the file still says it.
    """

    label: str
    policy: Policy | None
    policy_yaml: YamlFile | None
    campaigns: Mapping[str, CampaignFolder]
    broken: frozenset[str]
    segments: Mapping[str, SegmentFile]
    #: Shared pieces by path, `campaigns/_shared/…`.
    shared: Mapping[str, Entry]
    findings: tuple[Finding, ...]
    language: Language
    tree: Tree = field(repr=False, compare=False)
    _reached: Mapping[str, frozenset[str]] = field(repr=False)

    def findings_of(self, campaign: str) -> tuple[Finding, ...]:
        """The findings filed under a campaign."""
        return tuple(finding for finding in self.findings if finding.campaign == campaign)

    def digest(self, campaign: str) -> str:
        """The content digest of a readable campaign: what a reviewer approves and a test send proves."""
        folder = self.campaigns[campaign]
        files = {f"{folder.path}/{name}": entry for name, entry in folder.files.items() if name != PERSONAS}
        files |= {path: self.shared[path] for path in self._reached[campaign]}
        files |= self._segment_entries(campaign)
        policy = policy_read(self.policy, folder.campaign.from_, self._sources(campaign))
        return content_digest(files, policy)

    def audience_rule_digest(self, campaign: str) -> str:
        """A hash over who is asked for: segment files, excludes, contact sources; not over the copy."""
        incident = self.campaigns[campaign].campaign.audience.incident
        sources = sources_read(self.policy, self._sources(campaign))
        return audience_digest(self._segment_entries(campaign), incident, sources)

    def shared_read(self, campaign: str) -> frozenset[str]:
        """The shared pieces (paths) that the rendering of a readable campaign may read."""
        return self._reached[campaign]

    def paths_read(self, campaign: str) -> tuple[str, ...]:
        """Paths for git, its own folder first: every change of the digest is a change at or below one."""
        segment_files = (f"{SEGMENTS}{name}.yaml" for name in self._segment_names(campaign))
        return (self.campaigns[campaign].path, SHARED.rstrip("/"), *segment_files, POLICY)

    def _segment_names(self, campaign: str) -> tuple[str, ...]:
        name = self.campaigns[campaign].campaign.audience.segment
        return segments.closure(name, self.segments) if name is not None else ()

    def _segment_entries(self, campaign: str) -> dict[str, Entry]:
        paths = (f"{SEGMENTS}{name}.yaml" for name in self._segment_names(campaign))
        return {path: self.tree.entries[path] for path in paths if path in self.tree.entries}

    def _sources(self, campaign: str) -> tuple[str, ...]:
        """The contact sources that are read; of an incident it is not known here, so all of them."""
        reached = self._segment_names(campaign)
        if not reached:
            return tuple(sorted(self.policy.sources)) if self.policy else ()
        return tuple(
            sorted({self.segments[name].segment.source for name in reached if name in self.segments})
        )


def load(tree: Tree) -> Workspace:
    """Read everything, and say everything that is wrong.

    Raises PipelineError only for a broken environment.
    """
    findings = [*_strange_files(tree)]
    policy, policy_yaml, mistakes = _read_policy(tree)
    known, wrong = segments.read_segments(tree)
    campaigns, broken, unreadable = _read_campaigns(tree, frozenset(f.campaign for f in findings))
    shared = {path: entry for path, entry in tree.entries.items() if _is_shared(path, entry)}
    reaches = {name: reach(folder, shared) for name, folder in campaigns.items()}
    findings += [*mistakes, *wrong, *unreadable]
    findings += [finding for found in reaches.values() for finding in found.findings]
    findings += _campaign_mistakes(tree, campaigns, known, policy)
    findings += _segment_mistakes(campaigns, known, policy, all_known=not broken)
    return Workspace(
        label=tree.label,
        policy=policy,
        policy_yaml=policy_yaml,
        campaigns=campaigns,
        broken=broken,
        segments=known,
        shared=shared,
        findings=in_order(findings),
        language=_language(tree, policy),
        tree=tree,
        _reached={name: found.shared for name, found in reaches.items()},
    )


def _strange_files(tree: Tree) -> Iterator[Finding]:
    for path, entry in tree.entries.items():
        yield from names.refused(path, entry)
    yield from names.segment_files(path for path in tree.entries if path.startswith(SEGMENTS))
    ids = sorted({name for path in tree.entries if (name := names.campaign_of(path)) is not None})
    yield from names.folders(ids)
    if not ids:
        yield Finding(
            "settings/no-campaigns",
            CAMPAIGNS.rstrip("/"),
            Sentence("There are no campaigns.", "キャンペーンがありません。"),
            Sentence(
                "Start one: postmerge new campaign NAME.",
                "`postmerge new campaign 名前`で作成してください。",
            ),
        )


def _read_policy(tree: Tree) -> tuple[Policy | None, YamlFile | None, tuple[Finding, ...]]:
    entry = tree.entries.get(POLICY)
    if entry is None or entry.mode not in {FILE, PROGRAM}:
        message = Sentence(
            "There is no policy.yaml at the top of the repository.",
            "リポジトリの最上位にpolicy.yamlがありません。",
        )
        remedy = Sentence("Copy the one of the example.", "見本のpolicy.yamlをコピーしてください。")
        return None, None, (Finding("settings/policy", POLICY, message, remedy),)
    file = parse(POLICY, tree.read(POLICY))
    if not isinstance(file, YamlFile):
        return None, None, file
    policy = read(file, Policy, "settings/policy")
    return (policy, file, ()) if isinstance(policy, Policy) else (None, file, policy)


def _language(tree: Tree, policy: Policy | None) -> Language:
    """What reports are written in: a Japanese desk reads Japanese also of a policy that is broken."""
    if policy is not None:
        return policy.language
    entry = tree.entries.get(POLICY)
    return language_of(tree.read(POLICY)) if entry is not None and entry.mode in {FILE, PROGRAM} else "en"


def _read_campaigns(
    tree: Tree, strange: frozenset[str | None]
) -> tuple[dict[str, CampaignFolder], frozenset[str], list[Finding]]:
    folders: dict[str, dict[str, Entry]] = {}
    for path, entry in tree.entries.items():
        if (name := names.campaign_of(path)) is not None:
            folders.setdefault(name, {})[path.removeprefix(f"{CAMPAIGNS}{name}/")] = entry
    campaigns: dict[str, CampaignFolder] = {}
    findings: list[Finding] = []
    for name, files in sorted(folders.items()):
        read_folder = _read_campaign(tree, name, files)
        if not isinstance(read_folder, CampaignFolder):
            findings += (finding.of(name) for finding in read_folder)
        elif name not in strange:
            people, mistakes = personas.read_personas(tree, read_folder.path, files)
            campaigns[name] = replace(read_folder, personas=people)
            findings += (finding.of(name) for finding in mistakes)
    return campaigns, frozenset(folders) - campaigns.keys(), findings


def _read_campaign(tree: Tree, name: str, files: Mapping[str, Entry]) -> CampaignFolder | tuple[Finding, ...]:
    folder = f"{CAMPAIGNS}{name}"
    entry = files.get("campaign.yaml")
    if entry is None or entry.mode not in {FILE, PROGRAM}:
        message = Sentence(
            f"The folder {names.printable(folder)} has no file campaign.yaml.",
            f"フォルダー{names.printable(folder)}にcampaign.yamlがありません。",
        )
        remedy = Sentence(
            "Add campaign.yaml, or delete the folder: a campaign that has begun is held until then.",
            "campaign.yamlを追加するか、フォルダーを削除してください。配信が始まっている場合は、それまで保留されます。",
        )
        return (Finding("settings/campaign-file", names.printable(folder), message, remedy),)
    file = parse(f"{folder}/campaign.yaml", tree.read(f"{folder}/campaign.yaml"))
    if not isinstance(file, YamlFile):
        return file
    campaign = read(file, Campaign, "settings/schema")
    if not isinstance(campaign, Campaign):
        return campaign
    return CampaignFolder(name, folder, campaign, file, files, tree)


def _is_shared(path: str, entry: Entry) -> bool:
    return path.startswith(SHARED) and entry.mode in {FILE, PROGRAM}


def _campaign_mistakes(
    tree: Tree,
    campaigns: Mapping[str, CampaignFolder],
    known: Mapping[str, SegmentFile],
    policy: Policy | None,
) -> Iterator[Finding]:
    incidents = references.incidents_of(iter(tree.entries))
    for folder in campaigns.values():
        yield from references.check_files(folder)
        yield from references.check_audience(folder, known, incidents)
        yield from personas.check_personas(folder, known)
        if policy is not None:
            yield from references.check_policy(folder, policy)


def _segment_mistakes(
    campaigns: Mapping[str, CampaignFolder],
    known: Mapping[str, SegmentFile],
    policy: Policy | None,
    *,
    all_known: bool,
) -> Iterator[Finding]:
    """Mistakes of a segment, filed under every campaign that reaches it: they block exactly those."""
    users: dict[str, list[str]] = {}
    for name, folder in campaigns.items():
        segment = folder.campaign.audience.segment
        for reached in segments.closure(segment, known) if segment is not None else ():
            users.setdefault(reached, []).append(name)
    for file in known.values():
        for finding in segments.check(file, known, policy):
            yield from (finding.of(name) for name in users[file.name]) if file.name in users else (finding,)
    if all_known:
        yield from segments.unused(known, frozenset(users))
