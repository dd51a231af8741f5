"""Reads of Amazon SES how the account, an identity and a configuration set stand; changes nothing."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from pipeline.aws import code_of, patient_client, told
from pipeline.doctor.ses import AccountFacts, IdentityFacts, SetFacts

Json = dict[str, Any]


class SesFacts:
    """One region. Every method raises PipelineError where SES cannot be asked."""

    def __init__(self, region: str) -> None:
        self._client = patient_client("sesv2", region)

    def account(self) -> AccountFacts:
        """The account in this region."""
        with told("Amazon SES"):
            said = self._client.get_account()
        quota = said.get("SendQuota", {})
        return AccountFacts(
            sending_enabled=bool(said.get("SendingEnabled")),
            production_access=bool(said.get("ProductionAccessEnabled")),
            enforcement=str(said.get("EnforcementStatus", "unknown")),
            day_quota=float(quota.get("Max24HourSend", 0)),
            sent_today=float(quota.get("SentLast24Hours", 0)),
            rate=float(quota.get("MaxSendRate", 0)),
            suppressed_reasons=frozenset(said.get("SuppressionAttributes", {}).get("SuppressedReasons", ())),
        )

    def read_suppression_list(self) -> None:
        """Read one entry of the suppression list, for the right to do so."""
        with told("The suppression list of SES"):
            self._client.list_suppressed_destinations(PageSize=1)

    def identity(self, address: str) -> IdentityFacts | None:
        """The identity that covers an address: itself, its domain, or one above; None when there is none."""
        for name in _covering(address):
            with told("The identities of SES"):
                said = _found(self._client.get_email_identity, EmailIdentity=name)
            if said is not None:
                dkim = said.get("DkimAttributes", {})
                return IdentityFacts(
                    name,
                    verified=bool(said.get("VerifiedForSendingStatus")),
                    signing=bool(dkim.get("SigningEnabled")),
                    dkim_status=str(dkim.get("Status", "unknown")),
                )
        return None

    def configuration_set(self, name: str) -> SetFacts | None:
        """The configuration set; None when there is none."""
        with told(f"The configuration set {name}"):
            said = _found(self._client.get_configuration_set, ConfigurationSetName=name)
            if said is None:
                return None
            events = self._client.get_configuration_set_event_destinations(ConfigurationSetName=name)
        reasons = said.get("SuppressionOptions", {}).get("SuppressedReasons")
        enabled = [place for place in events.get("EventDestinations", ()) if place.get("Enabled")]
        return SetFacts(
            # Left out where nobody has switched it.
            sending_enabled=bool(said.get("SendingOptions", {}).get("SendingEnabled", True)),
            suppressed_reasons=None if reasons is None else frozenset(reasons),
            events=frozenset(event for place in enabled for event in place.get("MatchingEventTypes", ())),
        )


def _covering(address: str) -> Iterator[str]:
    yield address
    labels = address.rpartition("@")[2].split(".")
    yield from (".".join(labels[place:]) for place in range(len(labels) - 1))


def _found(operation: Callable[..., Json], **words: str) -> Json | None:
    try:
        return operation(**words)
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return None
        raise
