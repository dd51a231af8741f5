"""Amazon SES: the transport that reaches people.

A call is made once. SES has no token by which it could know a second try, so a call without a clear answer
stays unknown, and botocore's own retries are off whatever the environment says.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.header import Header
from email.utils import formataddr
from typing import Any, Final, Self

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from pipeline.aws import patient_client, told
from pipeline.delivery.ses_body import accept_bodies, body_of, carried
from pipeline.delivery.ses_calls import Bulk, Call, Single, calls_of
from pipeline.delivery.ses_outcomes import Answer, of_bulk, of_error, of_single
from pipeline.delivery.ses_round import tell
from pipeline.delivery.ses_words import trouble_for
from pipeline.delivery.transport import Allowance, Parcel, Sent, TransportTrouble
from pipeline.errors import PipelineError
from pipeline.ledger.entry import BatchId, Outcome, State
from pipeline.render.message import Letterhead, Message, assert_same_row
from pipeline.render.ses_limits import objection
from pipeline.render.source import Mailbox

_USER_AGENT: Final = f"Postmerge Boto3/{boto3.__version__} Botocore/{botocore.__version__}"
_CONNECT_SECONDS: Final = 5
#: The share of the account's rate that we use: other senders of the account need some too.
_HEADROOM: Final = 0.9
#: Long, because to give up on an answer makes everybody of the call unknown.
_READ_SECONDS: Final = 60

Json = dict[str, Any]


class SesTransport:
    """Sends through one region. `configuration_sets` says which set a sender uses, if any.

    Several threads may use one.
    """

    def __init__(
        self, client: Any, configuration_sets: Mapping[Mailbox, str], *, account: Any = None
    ) -> None:
        """`client` never tries twice; `account` may, it only asks about the account."""
        self._client = client
        self._account = client if account is None else account
        self._sets = configuration_sets
        accept_bodies(client)

    @classmethod
    def connect(
        cls,
        region: str,
        configuration_sets: Mapping[Mailbox, str],
        *,
        connections: int = 10,
        endpoint: str | None = None,
        read_seconds: float = _READ_SECONDS,
    ) -> Self:
        """With the credentials that the environment has. Raises PipelineError when there can be no client.

        `connections` is how many calls may be under way at once; `endpoint` is another address than that
        of AWS.
        """
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=read_seconds,
            max_pool_connections=connections,
            tcp_keepalive=True,
            # a third of the time that a call costs; `ses_limits` looks at what can differ between calls
            parameter_validation=False,
            # its own, of this system and that, botocore writes anew twice for every call
            user_agent=_USER_AGENT,
        )
        try:
            client = boto3.session.Session().client(
                "sesv2", region_name=region, endpoint_url=endpoint, config=config
            )
        except (BotoCoreError, ValueError) as error:
            raise trouble_for(type(error).__name__, unknown=False) from error
        return cls(client, configuration_sets, account=patient_client("sesv2", region))

    def allowance(self) -> Allowance:
        """The account's quota (GetAccount). Raises TransportTrouble when it may not send at all."""
        try:
            with told(f"Amazon SES in {self._account.meta.region_name}"):
                account = self._account.get_account()
        except PipelineError as error:
            raise TransportTrouble(error.sentence, error.remedy) from error
        if not account.get("SendingEnabled", False):
            raise trouble_for("ACCOUNT_SENDING_PAUSED", unknown=False)
        quota = account["SendQuota"]
        left = max(0, int(quota["Max24HourSend"] - quota["SentLast24Hours"]))
        unlimited = quota["Max24HourSend"] < 0
        return Allowance(max(1.0, quota["MaxSendRate"] * _HEADROOM), None if unlimited else left)

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        """See the port. One call for as many as share a template; nobody is in two of them."""
        del batch  # the tags of each message name it
        for parcel in parcels:
            assert_same_row(parcel.message, parcel.recipient)
        messages = [parcel.message for parcel in parcels]
        refused = {n: why for n, message in enumerate(messages) if (why := objection(message))}
        calls = calls_of([(n, m) for n, m in enumerate(messages) if n not in refused])
        said = tell(calls, lambda call: self._made(call, messages[call.places[0]]))
        outcomes = {n: Outcome(State.REFUSED, f"ses: {why}") for n, why in refused.items()} | said.outcomes
        everybody = tuple(outcomes[n] for n in range(len(messages)))
        return Sent(everybody, said.trouble, said.slow_down)

    def _made(self, call: Call, message: Message) -> Answer:
        """Make a call, once; `message` is one of it, for what they share."""
        if isinstance(call, Single):
            return self._answer(self._client.send_email, self._single_request(message), of_single)
        count = len(call.places)
        body = body_of(self._bulk_request(call, message), call.entries)
        return self._answer(self._client.send_bulk_email, carried(body), lambda said: of_bulk(said, count))

    def _answer(
        self, operation: Callable[..., Json], request: Json, meaning: Callable[[Json], Answer]
    ) -> Answer:
        try:
            said = operation(**request)
        except Exception as error:  # noqa: BLE001 whatever it is, the mail may have left
            return of_error(error)
        return meaning(said)

    def _bulk_request(self, call: Bulk, message: Message) -> Json:
        content: Json = {"Subject": call.stencil.subject, "Text": call.stencil.text}
        if call.stencil.html is not None:
            content["Html"] = call.stencil.html
        template: Json = {"TemplateContent": content, "TemplateData": call.defaults}
        letterhead = message.letterhead
        if letterhead.attachments:
            template["Attachments"] = [
                {**file, "RawContent": base64.b64encode(file["RawContent"]).decode()}
                for file in _attachments(letterhead)
            ]
        request = self._envelope(letterhead)
        request["DefaultContent"] = {"Template": template}
        if letterhead.tags:
            request["DefaultEmailTags"] = _pairs(letterhead.tags)
        return request

    def _single_request(self, message: Message) -> Json:
        words = message.words
        body = {"Text": _data(words.text)}
        if words.html is not None:
            body["Html"] = _data(words.html)
        simple: Json = {"Subject": _data(words.subject), "Body": body}
        if message.headers:
            simple["Headers"] = _pairs(message.headers)
        if message.letterhead.attachments:
            simple["Attachments"] = _attachments(message.letterhead)
        request = self._envelope(message.letterhead)
        request["Destination"] = {"ToAddresses": [message.to]}
        request["Content"] = {"Simple": simple}
        if tags := message.tags:
            request["EmailTags"] = _pairs(tags)
        return request

    def _envelope(self, letterhead: Letterhead) -> Json:
        request: Json = {"FromEmailAddress": written(letterhead.sender)}
        if letterhead.reply_to is not None:
            request["ReplyToAddresses"] = [letterhead.reply_to]
        if (name := self._sets.get(letterhead.sender)) is not None:
            request["ConfigurationSetName"] = name
        return request


def written(sender: Mailbox) -> str:
    """Name and address as a header takes them: what is not ASCII as encoded words of RFC 2047."""
    if sender.name.isascii():
        return formataddr((sender.name, sender.address))
    return f"{' '.join(Header(sender.name, 'utf-8', maxlinelen=75).encode().split())} <{sender.address}>"


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in pairs]


def _data(words: str) -> Json:
    return {"Data": words, "Charset": "UTF-8"}


def _attachments(letterhead: Letterhead) -> list[Json]:
    return [
        {
            "RawContent": file.data,
            "FileName": file.name,
            "ContentType": file.content_type,
            "ContentDisposition": "ATTACHMENT",
            "ContentTransferEncoding": "BASE64",
        }
        for file in letterhead.attachments
    ]
