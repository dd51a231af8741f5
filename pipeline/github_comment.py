"""One comment on a pull request at GitHub, found by its first line and its author, and kept up to date."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import urllib3

from pipeline.errors import PipelineError

_PUBLIC: Final = "https://api.github.com"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PAGE: Final = 100
#: No pull request is discussed at such length; without an end it would be the other side that never ends.
_PAGES_MAX: Final = 30
_FINE: Final = frozenset({200, 201})


class GitHubComments:
    """The comments of a repository's pull requests.

    docs.github.com/rest/issues/comments: a pull request is an issue, as far as its comments go.
    """

    def __init__(self, repository: str, environment: Mapping[str, str]) -> None:
        """`repository` is `owner/name`; the environment has `GITHUB_TOKEN`, and perhaps `GITHUB_API_URL`."""
        self._base = environment.get("GITHUB_API_URL", _PUBLIC).rstrip("/")
        self._repository = repository
        self._token = environment.get("GITHUB_TOKEN", "")
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, read=20), retries=False)
        parts = urlsplit(self._base)
        if parts.scheme != "https" and parts.hostname not in _HERE:
            raise PipelineError(
                f"{self._base} is no https address, and the token is sent to no other.",
                "Set GITHUB_API_URL to the address of the API, or leave it out.",
            )

    def keep(self, pull: int, marker: str, text: str, *, author: str) -> str:
        """Let the comment of `author` that begins with `marker` say `text`; returns what was done.

        Somebody else's comment with the same first line is left alone.
        """
        for comment in self._comments(pull):
            by = (comment.get("user") or {}).get("login")
            body = comment.get("body") or ""
            if by == author and body.startswith(marker):
                if body.rstrip() == text.rstrip():
                    return "unchanged"
                self._call("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": text})
                return "updated"
        self._call("POST", f"/issues/{pull}/comments", {"body": text})
        return "written"

    def _comments(self, pull: int) -> Iterator[dict[str, Any]]:
        for page in range(1, _PAGES_MAX + 1):
            found = self._call("GET", f"/issues/{pull}/comments?per_page={_PAGE}&page={page}")
            if not isinstance(found, list):
                raise PipelineError("GitHub's answer about the comments is no list.", "Run it again.")
            yield from found
            if len(found) < _PAGE:
                return

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """One call; what goes wrong is a sentence. A call that writes is not repeated."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": "postmerge",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        url = f"{self._base}/repos/{quote(self._repository)}{path}"
        sent = None if body is None else json.dumps(body).encode()
        try:
            response = self._pool.request(method, url, body=sent, headers=headers)
            answer = json.loads(response.data)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise PipelineError(
                f"GitHub cannot be reached for the comment: {type(error).__name__}.", "Run it again."
            ) from error
        if response.status not in _FINE:
            raise PipelineError(
                f"GitHub refuses the comment with status {response.status}.",
                "GITHUB_TOKEN needs the right `pull-requests: write`.",
            )
        return answer
