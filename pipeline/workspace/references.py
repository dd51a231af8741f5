"""What a campaign names elsewhere: files, segment, incident, sender, owner."""

import hashlib
from collections.abc import Iterator, Mapping

from pipeline.models.finding import Finding
from pipeline.models.policy import Policy
from pipeline.sentence import Sentence
from pipeline.workspace.folder import CampaignFolder, SegmentFile
from pipeline.workspace.names import INCIDENTS
from pipeline.workspace.segments import add_segment
from pipeline.workspace.typed import offer
from pipeline.workspace.yaml_file import Loc

_LFS = b"version https://git-lfs.github.com/spec/"
_ADD_FILE = Sentence(
    "Add the file to the folder, or correct the name.",
    "ファイルをフォルダーに追加するか、名前を直してください。",
)
_OPEN_IT = Sentence(
    "Open it first: postmerge incident open.", "先に`postmerge incident open`で記録してください。"
)


def check_files(folder: CampaignFolder) -> Iterator[Finding]:
    """Body files and attachments: there, in git, and the ones that are meant."""
    for part, name in (("html", folder.campaign.body.html), ("text", folder.campaign.body.text)):
        if name is not None and name not in folder.files:
            yield _missing(folder, ("body", part), name)
    for index, attachment in enumerate(folder.campaign.attachments):
        place: Loc = ("attachments", index)
        if attachment.file not in folder.files:
            yield _missing(folder, (*place, "file"), attachment.file, "system/attachment")
            continue
        content = folder.read(attachment.file)
        actual = hashlib.sha256(content).hexdigest()
        if actual != attachment.sha256:
            yield _finding(
                folder,
                "system/attachment",
                (*place, "sha256"),
                Sentence(
                    f"The attachment {attachment.file} is not the file that was meant (another sha256).",
                    f"添付ファイル{attachment.file}は、指定されたファイルと内容が違います(sha256が一致しません)。",
                ),
                _digest_remedy(content, actual),
            )


def check_policy(folder: CampaignFolder, policy: Policy) -> Iterator[Finding]:
    """The sender and the team, as policy.yaml knows them."""
    campaign = folder.campaign
    if campaign.from_ not in policy.senders:
        yield _finding(
            folder,
            "settings/sender-exists",
            ("from",),
            Sentence(
                f"The sender `{campaign.from_}` is not in policy.yaml.",
                f"差出人`{campaign.from_}`がpolicy.yamlにありません。",
            ),
            offer(campaign.from_, policy.senders, otherwise=_add_to("senders")),
        )
    if campaign.owner not in policy.teams:
        yield _finding(
            folder,
            "settings/owner-exists",
            ("owner",),
            Sentence(
                f"The team `{campaign.owner}` is not in policy.yaml.",
                f"チーム`{campaign.owner}`がpolicy.yamlにありません。",
            ),
            offer(campaign.owner, policy.teams, otherwise=_add_to("teams")),
        )


def check_audience(
    folder: CampaignFolder, segments: Mapping[str, SegmentFile], incidents: frozenset[str]
) -> Iterator[Finding]:
    """The segment or the incident that names the people."""
    segment, incident = folder.campaign.audience.segment, folder.campaign.audience.incident
    if segment is not None and segment not in segments:
        yield _finding(
            folder,
            "recipients/segment-exists",
            ("audience", "segment"),
            Sentence(
                f"The segment `{segment}` does not exist or cannot be read.",
                f"セグメント`{segment}`がないか、読み取れません。",
            ),
            offer(segment, segments, otherwise=add_segment(segment)),
        )
    if incident is not None and incident not in incidents:
        yield _finding(
            folder,
            "recipients/incident-exists",
            ("audience", "incident"),
            Sentence(
                f"The incident `{incident}` is not on record.",
                f"インシデント`{incident}`は記録されていません。",
            ),
            offer(incident, incidents, otherwise=_OPEN_IT),
        )


def incidents_of(paths: Iterator[str]) -> frozenset[str]:
    """The incidents on record: the folders below incidents/."""
    below = (path.removeprefix(INCIDENTS).split("/") for path in paths if path.startswith(INCIDENTS))
    return frozenset(parts[0] for parts in below if len(parts) > 1)


def _missing(folder: CampaignFolder, loc: Loc, name: str, rule: str = "display/file-exists") -> Finding:
    return _finding(
        folder,
        rule,
        loc,
        Sentence(
            f"The file {name} is not in {folder.path}, or git ignores it.",
            f"ファイル{name}が{folder.path}にないか、gitの対象外になっています。",
        ),
        offer(name, folder.files, otherwise=_ADD_FILE),
    )


def _add_to(key: str) -> Sentence:
    return Sentence(f"Add it to `{key}:` in policy.yaml.", f"policy.yamlの`{key}:`に追加してください。")


def _digest_remedy(content: bytes, actual: str) -> Sentence:
    if content.startswith(_LFS):
        return Sentence(
            "Git holds only a pointer to this file (Git LFS): add the file itself, without LFS.",
            "gitにはこのファイルへの参照しかありません。Git LFSを使わずに、ファイルを追加してください。",
        )
    return Sentence(
        f"If the file in the folder is the right one, write sha256: {actual}",
        f"フォルダーのファイルが正しければ、sha256: {actual}と書いてください。",
    )


def _finding(folder: CampaignFolder, rule: str, loc: Loc, message: Sentence, remedy: Sentence) -> Finding:
    position = folder.yaml.position(loc)
    return Finding(rule, folder.yaml.path, message, remedy, position, campaign=folder.id)
