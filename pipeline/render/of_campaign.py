"""A campaign of a workspace as the renderer sees it."""

from collections.abc import Iterator
from typing import Literal

from pipeline.errors import Refused
from pipeline.models.campaign import Campaign
from pipeline.models.policy import Policy
from pipeline.render.attachment import AttachedFile, attach
from pipeline.render.source import HtmlBody, Mailbox, MailSource, TextBody
from pipeline.sentence import Sentence
from pipeline.workspace.folder import CampaignFolder, NotText, text_of
from pipeline.workspace.names import PERSONAS, SHARED
from pipeline.workspace.workspace import Workspace

_YAML = "campaign.yaml"


def mail_source(workspace: Workspace, campaign_id: str) -> MailSource:
    """Everything the rendering reads.

    Raises Refused when a file is missing, binary or not the one that is meant; `check` has the findings.
    """
    folder, policy = workspace.campaigns[campaign_id], workspace.policy
    if policy is None:
        raise Refused(
            Sentence("policy.yaml cannot be read.", "policy.yamlを読み取れません。"),
            Sentence("`postmerge check` says why.", "`postmerge check`で理由を確認してください。"),
        )
    campaign = folder.campaign
    sender, organisation = policy.senders[campaign.from_], policy.organisation
    return MailSource(
        campaign=campaign_id,
        language=campaign.language,
        sender=Mailbox(sender.name, sender.address),
        subject=campaign.subject,
        preheader=campaign.preheader,
        html=_html(folder, campaign),
        text=_text(folder, campaign),
        files=dict(_own_files(folder)),
        shared=dict(_shared_files(workspace)),
        values={
            "id": campaign_id,
            "title": campaign.title,
            "kind": campaign.kind.value,
            "language": campaign.language,
            "owner": campaign.owner,
        },
        facts=_facts(campaign),
        organisation=organisation.model_dump(),
        unsubscribe_base=organisation.unsubscribe_base,
        reply_to=campaign.reply_to,
        attachments=tuple(_attachments(folder, campaign)),
        utm={str(key): value for key, value in campaign.tracking.utm.items()},
        own_hosts=_own_hosts(policy),
    )


def _own_hosts(policy: Policy) -> tuple[str, ...]:
    return tuple(policy.links.allow)


def _html(folder: CampaignFolder, campaign: Campaign) -> HtmlBody | None:
    name = campaign.body.html
    if name is None:
        return None
    kind: Literal["mjml", "html"] = "mjml" if name.endswith(".mjml") else "html"
    return HtmlBody(name, _template(folder, name), kind)


def _text(folder: CampaignFolder, campaign: Campaign) -> TextBody | None:
    name = campaign.body.text
    return None if name is None else TextBody(name, _template(folder, name))


def _template(folder: CampaignFolder, name: str) -> str:
    if name not in folder.files:
        raise Refused(*_not_there(f"{folder.path}/{name}"))
    try:
        return folder.text(name)
    except NotText:
        raise Refused(
            Sentence(
                f"{folder.path}/{name} is not a text file.",
                f"{folder.path}/{name}がテキストではありません。",
            ),
            Sentence("Save the template as UTF-8.", "テンプレートをUTF-8で保存してください。"),
        ) from None


def _not_there(path: str) -> tuple[Sentence, Sentence]:
    return (
        Sentence(f"{path} does not exist.", f"ファイル{path}がありません。"),
        Sentence(
            "Add the file, or name the right one.", "ファイルを追加するか、正しい名前を書いてください。"
        ),
    )


def _own_files(folder: CampaignFolder) -> Iterator[tuple[str, str]]:
    """Whatever of the folder is text: a template may include it."""
    attached = {attachment.file for attachment in folder.campaign.attachments}
    for name in folder.files:
        if name not in {_YAML, PERSONAS} and name not in attached:
            try:
                yield name, folder.text(name)
            except NotText:
                continue


def _shared_files(workspace: Workspace) -> Iterator[tuple[str, str]]:
    for path in workspace.shared:
        try:
            yield path.removeprefix(SHARED), text_of(workspace.tree.read(path))
        except NotText:
            continue


def _facts(campaign: Campaign) -> dict[str, dict[str, str]]:
    facts = campaign.facts
    return {
        "dates": {name: day.isoformat() for name, day in facts.dates.items()},
        "amounts": dict(facts.amounts),
        "links": dict(facts.links),
    }


def _attachments(folder: CampaignFolder, campaign: Campaign) -> Iterator[AttachedFile]:
    for pinned in campaign.attachments:
        if pinned.file not in folder.files:
            raise Refused(*_not_there(f"{folder.path}/{pinned.file}"))
        attached = attach(pinned.file, folder.read(pinned.file), pinned.sha256)
        if not isinstance(attached, AttachedFile):
            raise Refused(attached.sentence, attached.remedy)
        yield attached
