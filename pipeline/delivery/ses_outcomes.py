"""What an answer of SES means: it sent, it certainly did not, or nobody can know.

Whatever is not named here as certain is unknown, and is never repeated by the machine. Sources: the service
model sesv2 2019-09-27; botocore's `httpsession.py`, which decides what an exception can still mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from botocore import exceptions as aws

from pipeline.delivery.ses_words import DAILY_QUOTA, trouble_for
from pipeline.delivery.transport import TransportTrouble
from pipeline.ledger.entry import Outcome, State


class Fate(Enum):
    """What became of one entry, or of a whole call."""

    SENT = auto()
    #: Certainly not sent; a later try may succeed.
    LATER = auto()
    #: Certainly not sent, and nothing else would be: the wave stops.
    STOP = auto()
    #: Certainly not sent, and this one never will be.
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fate, and the word of SES or botocore for it: never its text, which may hold an address."""

    fate: Fate
    code: str = ""

    @property
    def outcome(self) -> Outcome:
        """What the ledger is told."""
        return _outcome(self.fate, self.code)

    @property
    def trouble(self) -> TransportTrouble | None:
        """The broken environment behind it, if it stops the sender."""
        return trouble_for(self.code, unknown=False) if self.fate is Fate.STOP else None


@lru_cache(maxsize=64)  # nearly always the same
def _outcome(fate: Fate, code: str) -> Outcome:
    reason = f"ses: {code}" if code else ""
    return Outcome(_STATES[fate], "" if fate in {Fate.SENT, Fate.LATER, Fate.STOP} else reason)


_SENT: Final = Verdict(Fate.SENT)
#: On a whole call, or on each of its entries.
Answer = Verdict | tuple[Verdict, ...]

_STATES: Final = {
    Fate.SENT: State.ACCEPTED,
    Fate.LATER: State.HELD,
    Fate.STOP: State.HELD,
    Fate.REFUSED: State.REFUSED,
    Fate.UNKNOWN: State.UNKNOWN,
}
_ENTRIES: Final[Mapping[str, Fate]] = {
    "SUCCESS": Fate.SENT,
    "MESSAGE_REJECTED": Fate.REFUSED,
    "INVALID_PARAMETER": Fate.REFUSED,
    "ACCOUNT_THROTTLED": Fate.LATER,
    "TRANSIENT_FAILURE": Fate.LATER,
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": Fate.STOP,
    "CONFIGURATION_SET_NOT_FOUND": Fate.STOP,
    "TEMPLATE_NOT_FOUND": Fate.STOP,
    "ACCOUNT_SUSPENDED": Fate.STOP,
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": Fate.STOP,
    "INVALID_SENDING_POOL_NAME": Fate.STOP,
    "ACCOUNT_SENDING_PAUSED": Fate.STOP,
    "CONFIGURATION_SET_SENDING_PAUSED": Fate.STOP,
    # "unable to process your request": nothing says whether before or after accepting it
    "FAILED": Fate.UNKNOWN,
}
_THROTTLES: Final = frozenset(
    {
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
#: The content of the call is at fault: of one entry, or of what they share.
_CONTENT: Final = frozenset(
    {
        "BadRequestException",
        "InvalidParameterValue",
        "MessageRejected",
        "SerializationException",
        "ValidationError",
        "ValidationException",
        "413",
        "RequestEntityTooLarge",
        "RequestTooLargeException",
    }
)
#: A gateway on the way gave up; what is behind it may have the request.
_GAVE_UP: Final = frozenset({408, 499})
#: Raised before the first byte of the request leaves.
_NOT_SENT: Final[tuple[type[Exception], ...]] = (
    aws.ApiVersionNotFoundError,
    aws.AwsChunkedWrapperError,
    aws.BaseEndpointResolverError,
    aws.CapacityNotAvailableError,
    aws.ConfigNotFound,
    aws.ConfigParseError,
    aws.ConnectTimeoutError,
    aws.CredentialRetrievalError,
    aws.DataNotFoundError,
    aws.EndpointConnectionError,
    aws.EndpointProviderError,
    aws.InvalidChecksumConfigError,
    aws.InvalidConfigError,
    aws.InvalidDNSNameError,
    aws.InvalidDefaultsMode,
    aws.InvalidEndpointConfigurationError,
    aws.InvalidEndpointDiscoveryConfigurationError,
    aws.InvalidHostLabelError,
    aws.InvalidIMDSEndpointError,
    aws.InvalidIMDSEndpointModeError,
    aws.InvalidProxiesConfigError,
    aws.InvalidRetryConfigurationError,
    aws.InvalidS3AddressingStyleError,
    aws.InvalidS3UsEast1RegionalEndpointConfigError,
    aws.InvalidSTSRegionalEndpointsConfigError,
    aws.LoginError,
    aws.MD5UnavailableError,
    aws.MetadataRetrievalError,
    aws.MissingDependencyException,
    aws.MissingParametersError,
    aws.NoAuthTokenError,
    aws.NoCredentialsError,
    aws.ParamValidationError,
    aws.PartialCredentialsError,
    aws.ProfileNotFound,
    aws.ProxyConnectionError,
    aws.RefreshWithMFAUnsupportedError,
    aws.SSOError,
    aws.ServiceNotInRegionError,
    aws.TokenRetrievalError,
    aws.UndefinedModelAttributeError,
    aws.UnknownClientMethodError,
    aws.UnknownCredentialError,
    aws.UnknownRegionError,
    aws.UnknownServiceStyle,
    aws.UnknownSignatureVersionError,
    aws.UnknownTokenProviderError,
    aws.UnseekableStreamError,
    aws.UnsupportedServiceProtocolsError,
    aws.UnsupportedSignatureVersionError,
    aws.ValidationError,
)


def of_entry(result: Mapping[str, Any]) -> Verdict:
    """One of `BulkEmailEntryResults`. A status that nobody knows is unknown; so is a success without id."""
    status = result.get("Status")
    fate = _ENTRIES.get(status, Fate.UNKNOWN) if isinstance(status, str) else Fate.UNKNOWN
    if fate is Fate.SENT and not result.get("MessageId"):
        return Verdict(Fate.UNKNOWN, "no message id")
    return _SENT if fate is Fate.SENT else Verdict(fate, str(status))


def of_bulk(response: Mapping[str, Any], count: int) -> tuple[Verdict, ...]:
    """The verdicts on `count` entries. What the answer does not name is unknown.

    botocore hands over a cut body, or an HTML page with status 200, as an answer without results. More
    results than entries mean that the order says nothing: then all are unknown.
    """
    results = response.get("BulkEmailEntryResults")
    if not isinstance(results, Sequence) or len(results) > count:
        results = ()
    known = tuple(of_entry(result) for result in results)
    return known + (Verdict(Fate.UNKNOWN, "no result"),) * (count - len(known))


def of_single(response: Mapping[str, Any]) -> Verdict:
    """The verdict on a SendEmail that was answered with status 200."""
    return Verdict(Fate.SENT) if response.get("MessageId") else Verdict(Fate.UNKNOWN, "no message id")


def of_error(error: Exception) -> Verdict:
    """The verdict on a whole call that raised."""
    if isinstance(error, aws.ClientError) and not isinstance(error, aws.EventStreamError):
        return _of_answer(error.response)
    name = type(error).__name__
    # The certificate is looked at before the request; any other trouble with TLS may come in the middle.
    untrusted = isinstance(error, aws.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
    if untrusted or isinstance(error, _NOT_SENT):
        return Verdict(Fate.STOP, name)
    return Verdict(Fate.UNKNOWN, name)


def _of_answer(response: Mapping[str, Any]) -> Verdict:
    """The verdict on an answer with a status that is none of success."""
    said = response.get("Error", {})
    code = str(said.get("Code") or "no code")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if not 400 <= status < 500 or status in _GAVE_UP:  # noqa: PLR2004 the server's own failures may come late
        return Verdict(Fate.UNKNOWN, code)
    if "daily" in str(said.get("Message", "")).casefold() and (code in _THROTTLES or status == 429):  # noqa: PLR2004
        return Verdict(Fate.STOP, DAILY_QUOTA)
    if code in _THROTTLES or status == 429:  # noqa: PLR2004 RFC 6585
        return Verdict(Fate.LATER, code)
    return Verdict(Fate.REFUSED if code in _CONTENT else Fate.STOP, code)
