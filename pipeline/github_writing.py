"""Writing to GitHub over HTTP: one call, never repeated, and what goes wrong is a sentence."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import urllib3

from pipeline.errors import PipelineError

_PUBLIC: Final = "https://api.github.com"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_FINE: Final = frozenset({200, 201})


class GitHubWriter:
    """One repository at GitHub, for what a program writes there."""

    def __init__(self, repository: str, environment: Mapping[str, str], *, patience: float = 20) -> None:
        """`repository` is `owner/name`; the environment has `GITHUB_TOKEN`, and perhaps `GITHUB_API_URL`.

        An answer is waited for `patience` seconds.
        """
        self._base = environment.get("GITHUB_API_URL", _PUBLIC).rstrip("/")
        self._repository = repository
        self._token = environment.get("GITHUB_TOKEN", "")
        timeout = urllib3.Timeout(connect=5, read=patience)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False)
        parts = urlsplit(self._base)
        if parts.scheme != "https" and parts.hostname not in _HERE:
            raise PipelineError(
                f"{self._base} is no https address, and the token is sent to no other.",
                "Set GITHUB_API_URL to the address of the API, or leave it out.",
            )

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, what: str, right: str
    ) -> Any:
        """The answer to one call at `path` below the repository.

        Raises PipelineError in words about `what`; `right` is the one that the token needs. A call that
        writes is not repeated: it may have been heard.
        """
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
                f"GitHub cannot be reached for {what}: {type(error).__name__}.", "Run it again."
            ) from error
        if response.status not in _FINE:
            raise PipelineError(
                f"GitHub refuses {what} with status {response.status}.",
                f"GITHUB_TOKEN needs the right `{right}`.",
            )
        return answer
