"""A test send: the mail as it is, for invented people, to an address that the policy allows."""

from dataclasses import replace
from typing import Final

from pipeline.audience.address import Address, normalise
from pipeline.clock import Clock
from pipeline.delivery.transport import Parcel, Transport
from pipeline.errors import PipelineError, Refused
from pipeline.ledger.entry import BatchId, State, TestSend
from pipeline.ledger.store import Ledger
from pipeline.models.policy import Policy
from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.render.renderer import Renderer
from pipeline.render.unsubscribe import UnsubscribeKey
from pipeline.workspace.workspace import Workspace

_MARK: Final = {"ja": "【テスト】", "en": "[TEST] "}
#: Test messages belong to no revision of any delivery.
_NO_REVISION: Final = 0


def allowed_address(policy: Policy, written: str) -> str:
    """The address in its normal form. Raises Refused when it is none, or the policy does not allow it."""
    address = normalise(written)
    if not isinstance(address, Address):
        raise Refused(f"{written} is not a mail address: {address.why}", "Give one address with --to.")
    domain = address.value.rpartition("@")[2].casefold()
    for entry in policy.test_send.allow:
        allowed = entry.casefold()
        if address.value.casefold() == allowed or domain == allowed or domain.endswith(f".{allowed}"):
            return address.value
    raise Refused(
        f"The policy does not allow test sends to {written}.",
        "Add the address, or its domain, to test_send.allow in policy.yaml.",
    )


def send_test(
    workspace: Workspace,
    campaign: str,
    *,
    to: str,
    by: str,
    transport: Transport,
    ledger: Ledger,
    clock: Clock,
    key: UnsubscribeKey,
) -> int:
    """Send the campaign for a few invented people, and record it with the content digest.

    Returns the number of messages. Raises Refused when it cannot be rendered or the address is not allowed,
    PipelineError when the transport does not take all of it; only a test send that went out is recorded.
    """
    folder, policy = workspace.campaigns[campaign], workspace.policy
    assert policy is not None, "a readable campaign under an unreadable policy is refused before"
    address = allowed_address(policy, to)
    segment = workspace.segments[folder.campaign.audience.segment or ""].segment
    people = [
        replace(person, address=address) for person in invented(segment.columns, folder.campaign.language)
    ]
    parcels = _parcels(workspace, campaign, people, key)
    now = clock.now()
    # In microseconds: the outbox replaces no file, so a second test send needs another name.
    batch = BatchId(campaign, _NO_REVISION, _NO_REVISION, round(now.timestamp() * 1_000_000))
    sent = transport.send(batch, parcels)
    if sent.trouble is not None:
        raise sent.trouble
    if any(outcome.state is not State.ACCEPTED for outcome in sent.outcomes):
        raise PipelineError("The transport did not take every test message.", "Look at it and try again.")
    ledger.record_test_send(TestSend(campaign, workspace.digest(campaign), by, now))
    return len(parcels)


def _parcels(
    workspace: Workspace, campaign: str, people: list[Recipient], key: UnsubscribeKey
) -> list[Parcel]:
    source = mail_source(workspace, campaign)
    mark = _MARK[source.language]
    with Renderer(source, key) as renderer:
        rendered = renderer.render(people)
    parcels = []
    for person, message in zip(people, rendered, strict=True):
        if isinstance(message, RenderFailure):
            raise Refused(f"The mail does not render for everybody: {message}", message.remedy)
        words = message.words
        marked = replace(words, subject=f"{mark}{words.subject}")
        parcels.append(Parcel(person, replace(message, said=marked)))
    return parcels
