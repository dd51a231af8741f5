"""What every adapter of Amazon Web Services needs: a client, and its errors in plain words."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 botocore has one of its own
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.loaders import Loader

from pipeline.errors import PipelineError

#: Sentence (without its subject) and remedy by the code of an error.
Reasons = Mapping[str, tuple[str, str]]

_SIGN_IN: Final = (
    "Sign in again (`aws sso login`), or let the workflow assume its role again; then run it again."
)
_EXPIRED: Final = ("cannot be used: the AWS credentials have expired", _SIGN_IN)
_REJECTED: Final = ("cannot be used: AWS does not know these credentials", _SIGN_IN)
_DENIED: Final = (
    "may not be used with these AWS credentials",
    "Give the role the rights that are listed in infra/postmerge.json.",
)
_BUSY: Final = (
    "is busy: AWS slowed us down again and again",
    "Wait a few minutes and run it again; it goes on where it stopped. Look at the quotas if it stays so.",
)
_COMMON: Final[Reasons] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), _EXPIRED),
    **dict.fromkeys(
        (
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
        ),
        _REJECTED,
    ),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "403"), _DENIED),
    **dict.fromkeys(
        (
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "SlowDown",
            "Throttling",
            "ThrottlingException",
        ),
        _BUSY,
    ),
}
_NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
    ProfileNotFound,
)


def patient_client(service: str, region: str | None) -> Any:
    """A client that asks up to six times: for calls that may be made twice, never for sending mail.

    Without `region` that of the environment is used, and the endpoint may be set by the environment
    (`AWS_ENDPOINT_URL`). PipelineError when no region is known.
    """
    config = Config(
        retries={"total_max_attempts": 6, "mode": "standard"},
        connect_timeout=5,
        read_timeout=20,
        tcp_keepalive=True,
    )
    # Every other SDK of AWS reads AWS_REGION; botocore knows AWS_DEFAULT_REGION only.
    region = region or os.environ.get("AWS_REGION")
    with told("Amazon Web Services"):
        own = botocore.session.get_session()
        own.register_component("data_loader", _models())
        return Session(botocore_session=own).client(service, region_name=region, config=config)


@cache
def _models() -> Loader:
    """Megabytes of JSON that say what a service can do: read once, not for every client."""
    return Loader()


def code_of(error: ClientError) -> str:
    """The word by which AWS names an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def told(subject: str, reasons: Reasons = _COMMON) -> Iterator[None]:
    """Raise what goes wrong inside as a PipelineError about `subject`, in a sentence.

    `reasons` say what codes mean for this subject, before what they mean everywhere.
    """
    try:
        yield
    except ClientError as error:
        raise _of_answer(subject, error, {**_COMMON, **reasons}) from error
    except _NO_CREDENTIALS as error:
        raise PipelineError(
            f"{subject} cannot be used: there are no valid AWS credentials.", _SIGN_IN
        ) from error
    except NoRegionError as error:
        raise PipelineError(
            f"{subject} cannot be used: no AWS region is set.",
            "Set AWS_REGION, or use a target whose transport names the region.",
        ) from error
    except (HTTPClientError, ConnectionError) as error:
        raise PipelineError(
            f"{subject} did not answer: {type(error).__name__}.",
            "Look at the network, the region and AWS's own status page; then run it again. "
            "What was written is recognised.",
        ) from error
    except BotoCoreError as error:
        raise PipelineError(
            f"{subject} cannot be used: {error}.", "Look at the AWS settings of this machine."
        ) from error


def _of_answer(subject: str, error: ClientError, reasons: Reasons) -> PipelineError:
    code = code_of(error)
    if code in reasons:
        said, remedy = reasons[code]
        return PipelineError(f"{subject} {said}.", remedy)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:  # noqa: PLR2004 the server's own fault, by HTTP
        return PipelineError(
            f"{subject} has a failure at AWS ({code}).", "Look at AWS's own status page; run it again later."
        )
    said = str(error.response.get("Error", {}).get("Message", "")).rstrip(".")
    return PipelineError(f"{subject} refused a request: {code}: {said}.", "Look at its settings.")
