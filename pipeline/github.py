"""GitHub over HTTP: an answer is read whole or not at all, and what goes wrong is said in plain words."""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pipeline import github_words
from pipeline.clock import Clock
from pipeline.errors import PipelineError

_PUBLIC: Final = "https://api.github.com"
_VERSION: Final = "2022-11-28"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
#: GitHub's own limit for a page.
_PAGE: Final = 100
#: More is no list that a person looks through.
_PAGES_MAX: Final = 30
_ATTEMPTS: Final = 4
#: What GitHub asks us to wait; longer, and a person is told instead.
_PATIENCE: Final = timedelta(seconds=60)
#: An answer so old is used again without asking. Looking twice within a moment is one question.
_FRESH: Final = timedelta(seconds=10)
_KEPT: Final = 2000
#: No such thing; an empty repository; a commit that GitHub does not know.
_NOT_THERE: Final = frozenset({404, 409, 422})
_FINE, _MOVED, _SAME, _UNKNOWN, _DENIED, _TOO_MANY, _BROKEN = 200, 300, 304, 401, 403, 429, 500


class Answer(BaseModel):
    """A part of an answer of GitHub. A key that is named here must be there; others are not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


_A = TypeVar("_A", bound=Answer)


class HalfAnswer(PipelineError):
    """GitHub answered, but not completely: nothing follows from it."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """What came back, with its body read."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer as it was, to be asked about again."""

    etag: str | None
    body: Any
    next: str | None
    asked_at: datetime


class GitHubApi:
    """One repository at GitHub, read only.

    Answers are kept and asked about again by their ETag, which costs nothing of GitHub's hourly limit
    (docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api).
    """

    def __init__(self, repository: str, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
        """Ask about `repository`, `owner/name`.

        The environment has `GITHUB_TOKEN` or `GH_TOKEN`, and perhaps `GITHUB_API_URL`. A token that is not
        there is missed at the first question.
        """
        self.repository = repository
        self._clock = clock
        self._base = environment.get("GITHUB_API_URL", _PUBLIC).rstrip("/")
        self._token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
        self._known: dict[str, _Known] = {}
        self._pool: urllib3.PoolManager | None = None

    def one(self, path: str, answer: type[_A], /, **query: str) -> _A | None:
        """The thing at `path` below the repository; None when GitHub knows no such thing.

        Raises HalfAnswer when keys are missing, PipelineError when GitHub cannot be asked.
        """
        known = self._ask(self._url(path, query))
        return None if known is None else self._read(path, TypeAdapter(answer), known.body)

    def graph(self, question: str, answer: type[_A], /, **words: str | int) -> _A:
        """The answer to a question in GraphQL, for what the routes do not say.

        Raises HalfAnswer when GitHub answers with errors or keys are missing, PipelineError when it cannot
        be asked.
        """
        body = json.dumps({"query": question, "variables": words}, sort_keys=True)
        # docs.github.com: `/graphql` beside the routes; on a server of one's own not below `/api/v3`.
        known = self._ask(f"{self._base.removesuffix('/v3')}/graphql", body)
        found = known.body if known is not None and isinstance(known.body, dict) else {}
        if found.get("errors") or not isinstance(found.get("data"), dict):
            raise HalfAnswer(github_words.no_answer())
        read: _A = self._read("", TypeAdapter(answer), found["data"])
        return read

    def many(
        self, path: str, answer: type[_A], /, *, numbered: bool = True, **query: str
    ) -> tuple[_A, ...] | None:
        """All things of a list, page after page; None when GitHub knows no such list.

        Raises HalfAnswer when it cannot be read to its end. A full page is followed by the next one also when
        GitHub does not point to it; where pages have no numbers, that is no end.
        """
        reader = TypeAdapter(list[answer])  # type: ignore[valid-type]
        query = {**query, "per_page": str(_PAGE)}
        found: list[_A] = []
        url = self._url(path, query)
        for number in range(1, _PAGES_MAX + 1):
            known = self._ask(url)
            if known is None and number == 1:
                return None
            page = self._read(path, reader, known.body if known else None)
            found += page
            if known is None or (known.next is None and len(page) < _PAGE):
                return tuple(found)
            if known.next is None and not numbered:
                break
            url = known.next or self._url(path, {**query, "page": str(number + 1)})
        raise HalfAnswer(github_words.not_to_its_end(path))

    def _read(self, path: str, reader: TypeAdapter[Any], body: Any) -> Any:
        try:
            return reader.validate_python(body)
        except ValidationError as error:
            place = ".".join(str(step) for step in error.errors()[0]["loc"])
            raise HalfAnswer(
                github_words.incomplete(path, place),
                "Run it again; if it stays so, look at GitHub's status page.",
            ) from error

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        words = f"?{urlencode(sorted(query.items()))}" if query else ""
        return f"{self._base}/repos/{quote(self.repository)}{quote(path)}{words}"

    def _ask(self, url: str, body: str | None = None) -> _Known | None:
        asked = url + (body or "")
        known = self._known.get(asked)
        if known is not None and self._clock.now() - known.asked_at < _FRESH:
            return known
        reply = self._patiently(url, known.etag if known else None, body)
        if reply.status in _NOT_THERE:
            self._known.pop(asked, None)
            return None
        now = self._clock.now()
        if reply.status == _SAME and known is not None:
            known = replace(known, asked_at=now)
        else:
            known = _Known(reply.headers.get("ETag"), reply.body, self._next(reply), now)
        while len(self._known) >= _KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[asked] = known
        return known

    def _next(self, reply: _Reply) -> str | None:
        """The next page by the Link header; the token goes to no other address than ours."""
        for link in reply.headers.get("Link", "").split(","):
            target, _, rest = link.partition(";")
            if 'rel="next"' in rest:
                url = target.strip().strip("<>")
                if not url.startswith(f"{self._base}/"):
                    raise HalfAnswer(github_words.another_address())
                return url
        return None

    def _patiently(self, url: str, etag: str | None, body: str | None) -> _Reply:
        """An answer that means something: asked again after a failure, or when GitHub says so."""
        trouble = PipelineError(github_words.cannot(), github_words.LATER)
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._clock.sleep(timedelta(seconds=2 ** (attempt - 1)))
            try:
                reply = self._once(url, etag, body)
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                kind = type(error).__name__
                trouble = PipelineError(
                    github_words.cannot(kind, f"接続できません({kind})"), github_words.LATER
                )
                continue
            if reply.status < _BROKEN and reply.status not in {_DENIED, _TOO_MANY}:
                return self._settled(reply)
            trouble = PipelineError(github_words.answers(reply.status), github_words.LATER)
            self._clock.sleep(self._asked_to_wait(reply))
        raise trouble

    def _once(self, url: str, etag: str | None, sent: str | None) -> _Reply:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._told_token()}",
            "User-Agent": "postmerge",
            "X-GitHub-Api-Version": _VERSION,
        }
        if etag and sent is None:
            headers["If-None-Match"] = etag
        method = "GET" if sent is None else "POST"
        response = self._connections().request(method, url, headers=headers, body=sent)
        body = json.loads(response.data) if response.status == _FINE else response.data
        return _Reply(response.status, response.headers, body)

    def _told_token(self) -> str:
        if not self._token:
            raise PipelineError(
                github_words.cannot("no token is set", "トークンが設定されていません"),
                github_words.SET_TOKEN,
            )
        return self._token

    def _connections(self) -> urllib3.PoolManager:
        if self._pool is None:
            parts = urlsplit(self._base)
            host = parts.hostname or ""
            if parts.scheme != "https" and host not in _HERE:
                raise PipelineError(
                    github_words.cannot(
                        f"{self._base} is no https address, and the token is sent to no other",
                        f"{self._base}がhttpsのアドレスではありません",
                    ),
                    "Set GITHUB_API_URL to the address of the API, or leave it out.",
                )
            timeout = urllib3.Timeout(connect=5, read=20)
            proxy = urllib.request.getproxies().get(parts.scheme)
            if proxy and host not in _HERE and not urllib.request.proxy_bypass(host):
                self._pool = urllib3.ProxyManager(proxy, timeout=timeout, retries=False)
            else:
                self._pool = urllib3.PoolManager(timeout=timeout, retries=False)
        return self._pool

    def _settled(self, reply: _Reply) -> _Reply:
        """The answer, when it is one of those that are meant."""
        if reply.status in {_FINE, _SAME, *_NOT_THERE}:
            return reply
        if reply.status == _UNKNOWN:
            raise PipelineError(
                github_words.cannot("it does not know the token", "トークンが無効です"),
                f"Set another GITHUB_TOKEN. {github_words.RIGHTS}",
            )
        if _MOVED < reply.status < _UNKNOWN - 1:
            raise PipelineError(
                github_words.moved(self.repository),
                "Write the new name behind `github:` in policy.yaml.",
            )
        raise PipelineError(github_words.answers(reply.status), github_words.LATER)

    def _asked_to_wait(self, reply: _Reply) -> timedelta:
        """How long until the next try. Raises when that is too long, or the answer is not about waiting.

        docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
        """
        if reply.status >= _BROKEN:
            return timedelta(0)
        wait = self._until_allowed(reply)
        if wait is None:
            right = reply.headers.get("X-Accepted-GitHub-Permissions")
            missing = f" ({right})" if right else ""
            raise PipelineError(
                github_words.cannot(
                    f"the token lacks a right{missing}", f"トークンに権限がありません{missing}"
                ),
                github_words.RIGHTS,
            )
        if wait > _PATIENCE:
            raise PipelineError(
                github_words.not_before(self._clock.now() + wait),
                "Wait until then and run it again; nothing is sent without an answer.",
            )
        return wait

    def _until_allowed(self, reply: _Reply) -> timedelta | None:
        """What a refused request says about when; None when it is refused for good."""
        after = _number(reply.headers.get("Retry-After"))
        if after is not None:
            return timedelta(seconds=after)
        if reply.headers.get("X-RateLimit-Remaining") == "0":
            reset = _number(reply.headers.get("X-RateLimit-Reset")) or 0
            return max(datetime.fromtimestamp(reset, UTC) - self._clock.now(), timedelta(0))
        if reply.status == _TOO_MANY or b"rate limit" in reply.body.lower():
            return _PATIENCE
        return None


def _number(written: str | None) -> int | None:
    return int(written) if written is not None and written.isdecimal() else None
