"""What to tell people when SES stops a delivery."""

from typing import Final

from pipeline.delivery.transport import TransportTrouble

#: Our own word for an answer that SES gives under several codes.
DAILY_QUOTA: Final = "ACCOUNT_DAILY_QUOTA_EXCEEDED"

_CREDENTIALS: Final = (
    "The AWS credentials are missing, wrong or have expired.",
    "Renew them, then deliver again: what was not sent is still to be sent.",
)
_PAUSED: Final = (
    "Sending is switched off in SES.",
    "Find out who switched it off and why; `postmerge release` switches it on again.",
)
_SUSPENDED: Final = (
    "AWS has shut down sending for this SES account.",
    "Look at the account's page in the SES console; AWS support says why.",
)
_SENDER: Final = (
    "SES does not know the sender's domain as verified.",
    "Verify the domain in SES in this region, or correct the sender in policy.yaml.",
)
_MISSING: Final = (
    "SES does not find the configuration set, or another thing that the call names.",
    "Correct configuration_set in policy.yaml, or create it in SES in this region.",
)
_QUOTA: Final = (
    "Today's sending quota of SES is used up; the rest goes tomorrow.",
    "Deliver again tomorrow, or ask AWS for a higher quota.",
)
_FORBIDDEN: Final = (
    "The AWS role may not send this mail.",
    "Compare its permissions, and the sender they allow, with docs on setting up AWS.",
)
_UNREACHABLE: Final = (
    "SES cannot be reached.",
    "Look at the network, the proxy and the region in policy.yaml, then deliver again.",
)
_BY_CODE: Final = {
    "NoCredentialsError": _CREDENTIALS,
    "PartialCredentialsError": _CREDENTIALS,
    "CredentialRetrievalError": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "ExpiredToken": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "MissingAuthenticationTokenException": _CREDENTIALS,
    "SendingPausedException": _PAUSED,
    "ACCOUNT_SENDING_PAUSED": _PAUSED,
    "CONFIGURATION_SET_SENDING_PAUSED": _PAUSED,
    "AccountSuspendedException": _SUSPENDED,
    "ACCOUNT_SUSPENDED": _SUSPENDED,
    "MailFromDomainNotVerifiedException": _SENDER,
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": _SENDER,
    "NotFoundException": _MISSING,
    "CONFIGURATION_SET_NOT_FOUND": _MISSING,
    DAILY_QUOTA: _QUOTA,
    "AccessDeniedException": _FORBIDDEN,
    "AccessDenied": _FORBIDDEN,
    "EndpointConnectionError": _UNREACHABLE,
    "ConnectTimeoutError": _UNREACHABLE,
    "ProxyConnectionError": _UNREACHABLE,
    "SSLError": _UNREACHABLE,
}


def trouble_for(code: str, *, unknown: bool) -> TransportTrouble:
    """The words for a code of SES or botocore; `unknown` when the call may have sent mail."""
    if unknown:
        return TransportTrouble(
            f"SES gave no clear answer ({code}); whether those mails left is unknown.",
            "They are not sent again. `postmerge status` counts them, `postmerge resolve` settles them.",
        )
    if code in _BY_CODE:
        return TransportTrouble(*_BY_CODE[code])
    return TransportTrouble(
        f"SES refuses to send ({code}).", "Look the code up in the SES documentation; nothing was sent."
    )
