"""Deployments and their statuses, as a workflow writes them."""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.github_double.hub import Hub
from tests.github_double.question import Answer, Question, gone, page

_PRODUCTION: Final = "production"
#: docs.github.com/rest/deployments/statuses.
_DESCRIPTION_MAX: Final = 140


@dataclass(slots=True)
class DeploymentStatus:
    """What was said of a deployment."""

    id: int
    state: str
    description: str
    log_url: str
    environment_url: str


@dataclass(slots=True)
class Deployment:
    """One deployment; the newest status is the last. GitHub calls its kind a task."""

    id: int
    sha: str
    kind: str
    environment: str
    payload: Any
    description: str | None
    statuses: list[DeploymentStatus] = field(default_factory=list)

    @property
    def state(self) -> str:
        """What people see."""
        return self.statuses[-1].state if self.statuses else "pending"


def _shown(deployment: Deployment) -> dict[str, Any]:
    return {
        "id": deployment.id,
        "sha": deployment.sha,
        "ref": deployment.sha,
        "task": deployment.kind,
        "environment": deployment.environment,
        "payload": deployment.payload,
        "description": deployment.description,
        "production_environment": deployment.environment == _PRODUCTION,
    }


def _told(status: DeploymentStatus) -> dict[str, Any]:
    return {
        "id": status.id,
        "state": status.state,
        "description": status.description,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
    }


def listed(hub: Hub, question: Question) -> Answer:
    """The newest first, by what is asked for."""
    names = {"sha": "sha", "task": "kind", "environment": "environment"}
    asked = {names[name]: question.query[name] for name in names if name in question.query}
    found = [
        one
        for one in reversed(hub.deployments)
        if all(getattr(one, name) == value for name, value in asked.items())
    ]
    return page(question, found, _shown)


def _found(hub: Hub, question: Question) -> Deployment | None:
    number = int(question.words["deployment_id"])
    return next((one for one in hub.deployments if one.id == number), None)


def statuses(hub: Hub, question: Question) -> Answer:
    """Those of one deployment, the newest first."""
    found = _found(hub, question)
    return gone() if found is None else page(question, found.statuses[::-1], _told)


def deploy(hub: Hub, _question: Question, body: dict[str, Any]) -> Answer:
    """A new deployment. What is left out, GitHub takes for: merge main first, and wait for every check."""
    if not hub.forge.has(body["ref"]):
        return Answer({"message": f"No ref found for: {body['ref']}"}, 422)
    if body.get("auto_merge", True) and hub.forge.between(body["ref"], hub.head()):
        return Answer({"message": "Auto-merged main into it on deployment."}, 202)
    if body.get("required_contexts") != []:
        return Answer({"message": "Conflict: Commit status checks failed for it."}, 409)
    made = Deployment(
        hub.next_id(),
        body["ref"],
        body.get("task", "deploy"),
        body.get("environment", _PRODUCTION),
        body.get("payload", ""),
        body.get("description"),
    )
    hub.deployments.append(made)
    return Answer(_shown(made), 201)


def say(hub: Hub, question: Question, body: dict[str, Any]) -> Answer:
    """A new status; unless it says otherwise, a success ends the older ones of the environment."""
    found = _found(hub, question)
    if found is None:
        return gone()
    if len(body.get("description", "")) > _DESCRIPTION_MAX:
        return Answer({"message": "Validation Failed"}, 422)
    if body["state"] == "success" and body.get("auto_inactive", True) and found.environment != _PRODUCTION:
        for older in hub.deployments:
            if (older.environment, older.state) == (found.environment, "success"):
                older.statuses.append(DeploymentStatus(hub.next_id(), "inactive", "", "", ""))
    status = DeploymentStatus(
        hub.next_id(),
        body["state"],
        body.get("description", ""),
        body.get("log_url", ""),
        body.get("environment_url", ""),
    )
    found.statuses.append(status)
    return Answer(_told(status), 201)
