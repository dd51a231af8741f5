"""The content digest: one hash over everything that the rendering of a campaign reads. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.models.campaign import Campaign
from pipeline.models.policy import Policy
from pipeline.workspace.tree import Entry

#: Files of a campaign's folder that recipients do not see.
_NOT_READ: Final = frozenset({"campaign.yaml", "personas.yaml"})


def content_digest(files: Mapping[str, Entry], policy: Mapping[str, Any] | None) -> str:
    """The sha256, in hex, over path, mode and blob id of `files`, and over what is read of the policy."""
    return _sha256(["content/1", _listing(files), policy])


def audience_digest(segments: Mapping[str, Entry], incident: str | None, sources: Mapping[str, Any]) -> str:
    """The sha256, in hex, over who is asked for: segment files or incident, and contact sources."""
    return _sha256(["audience/1", _listing(segments), incident, sources])


def mail_digest(campaign: Campaign, files: Mapping[str, Entry]) -> str:
    """The sha256, in hex, over what recipients read: the same of two campaigns is one mail, sent twice.

    `files` are named relative to the folder. What stands in campaign.yaml about how it is sent, by whom and
    when, is left out, and so is its title: that is for people at the desk.
    """
    read = campaign.model_dump(mode="json", include={"subject", "preheader", "facts", "body", "attachments"})
    shown = {name: entry for name, entry in files.items() if name not in _NOT_READ}
    return _sha256(["mail/1", _listing(shown), read])


def policy_read(policy: Policy | None, sender: str, sources: Iterable[str]) -> dict[str, Any] | None:
    """What a rendering reads of the policy, as plain JSON; None for a policy that cannot be read."""
    if policy is None:
        return None
    found = policy.senders.get(sender)
    return {
        "organisation": policy.organisation.model_dump(mode="json"),
        "sender": {sender: found.model_dump(mode="json") if found else None},
        "links": {"allow": list(policy.links.allow)},
        "sources": sources_read(policy, sources),
    }


def sources_read(policy: Policy | None, names: Iterable[str]) -> dict[str, Any]:
    """The definitions of contact sources, as plain JSON; None for one that does not exist."""
    known = policy.sources if policy else {}
    return {name: known[name].model_dump(mode="json") if name in known else None for name in names}


def _listing(files: Mapping[str, Entry]) -> list[list[str]]:
    return [[path, entry.mode, entry.blob] for path, entry in sorted(files.items())]


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
