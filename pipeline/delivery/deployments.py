"""Deliveries as deployments at GitHub: one for each revision of a campaign, with its newest status."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pipeline.delivery.showing import Shown, ShownState
from pipeline.errors import PipelineError
from pipeline.github_writing import GitHubWriter

_FOLLOWED: Final = 100
#: docs.github.com/rest/deployments/statuses: "The maximum description length is 140 characters."
_SENTENCE_MAX: Final = 140
#: Nothing follows: a campaign that is complete stays so, also when it is removed later.
_OVER: Final = frozenset({ShownState.SUCCESS, ShownState.INACTIVE})
_ANSWER_WITHIN_SECONDS: Final = 5.0


class GitHubDeployments:
    """The deployments of one environment: one for each revision of a campaign, with its newest status.

    docs.github.com/rest/deployments. Which one is which says their own payload; the task is the campaign.
    """

    def __init__(self, repository: str, environment: str, surroundings: Mapping[str, str]) -> None:
        """`surroundings` are those of a workflow's step: the token, and what the links are made of."""
        self._writer = GitHubWriter(repository, surroundings, patience=_ANSWER_WITHIN_SECONDS)
        self._environment = environment
        server = surroundings.get("GITHUB_SERVER_URL", "https://github.com")
        self._pages = f"{server}/{quote(repository)}"
        run = surroundings.get("GITHUB_RUN_ID")
        self._run = f"{self._pages}/actions/runs/{quote(run)}" if run else None

    def show(self, shown: Shown) -> None:
        """Bring what GitHub shows of a campaign to this state. Raises PipelineError."""
        found = self._listed(shown.campaign)
        ours = [one for one in found if _is_of(one, shown)]
        for other in found:
            if other not in ours:
                self._end(int(other["id"]), shown)
        if ours:
            self._say(int(ours[0]["id"]), shown)
        elif shown.commit is not None and shown.state is not ShownState.INACTIVE:
            self._say(self._made(shown, shown.commit), shown)

    def _listed(self, campaign: str) -> list[dict[str, Any]]:
        """The newest deployments of a campaign; more than a hundred revisions nobody has."""
        query = f"task={_label(campaign)}&environment={quote(self._environment, safe='')}"
        found = self._call("GET", f"?{query}&per_page={_FOLLOWED}")
        return sorted(found, key=lambda one: int(one["id"]), reverse=True)

    def _made(self, shown: Shown, commit: str) -> int:
        body = {
            "ref": commit,
            "task": _label(shown.campaign),
            "environment": self._environment,
            "description": f"{shown.campaign}, revision {shown.revision}",
            "payload": {"campaign": shown.campaign, "revision": shown.revision, "digest": shown.digest},
            # It says what happens; it merges nothing, and delivery has asked for the checks itself.
            "auto_merge": False,
            "required_contexts": [],
        }
        return int(self._call("POST", "", body)["id"])

    def _say(self, deployment: int, shown: Shown) -> None:
        newest = self._newest_status(deployment)
        sentence = _short(shown.sentence)
        if newest is None or (newest.get("state"), newest.get("description")) != (shown.state, sentence):
            self._tell(deployment, shown.campaign, shown.commit, shown.state, sentence)

    def _end(self, deployment: int, shown: Shown) -> None:
        """Another revision of the campaign is no longer the one; what is over stays as it is."""
        newest = self._newest_status(deployment)
        if newest is None or newest.get("state") not in _OVER:
            sentence = shown.sentence if shown.state is ShownState.INACTIVE else "another revision follows"
            self._tell(deployment, shown.campaign, None, ShownState.INACTIVE, _short(sentence))

    def _newest_status(self, deployment: int) -> dict[str, Any] | None:
        found = self._call("GET", f"/{deployment}/statuses?per_page={_FOLLOWED}")
        return max(found, key=lambda one: int(one["id"]), default=None)

    def _tell(
        self, deployment: int, campaign: str, commit: str | None, state: ShownState, sentence: str
    ) -> None:
        # Without that word GitHub ends the deployments of other campaigns in the same environment.
        body: dict[str, Any] = {"state": str(state), "description": sentence, "auto_inactive": False}
        if self._run is not None:
            body["log_url"] = self._run
        if commit is not None:
            body["environment_url"] = f"{self._pages}/tree/{commit}/campaigns/{quote(campaign)}"
        self._call("POST", f"/{deployment}/statuses", body)

    def _call(self, method: str, below: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call; an answer without what is looked at is trouble in words, too."""
        answer = self._writer.call(
            method, f"/deployments{below}", body, what="the deployment", right="deployments: write"
        )
        parts = answer if isinstance(answer, list) else [answer]
        if isinstance(answer, list) != (method == "GET") or not all(
            isinstance(part, dict) and isinstance(part.get("id"), int) for part in parts
        ):
            raise PipelineError("GitHub's answer about the deployment is incomplete.", "Run it again.")
        return answer


def _label(campaign: str) -> str:
    return f"deliver:{campaign}"


def _is_of(deployment: Mapping[str, Any], shown: Shown) -> bool:
    payload = deployment.get("payload")
    return isinstance(payload, dict) and (payload.get("revision"), payload.get("digest")) == (
        shown.revision,
        shown.digest,
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _SENTENCE_MAX else f"{sentence[: _SENTENCE_MAX - 1]}…"
