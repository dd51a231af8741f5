"""Where the order to send comes from: main, of the clone or of a remote, and what its policy says."""

from collections.abc import Callable
from contextlib import suppress

from pipeline.clock import Clock
from pipeline.delivery.mainline import Mainline
from pipeline.errors import PipelineError, UsageError
from pipeline.models.policy import Policy, Target
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.remote import RemoteBranch
from pipeline.workspace.tree import Tree
from pipeline.workspace.workspace import Workspace


def target_of(policy: Policy, name: str) -> Target:
    """The target's entry in the policy. Raises UsageError when there is none."""
    if name not in policy.targets:
        known = ", ".join(sorted(policy.targets))
        raise UsageError(f"policy.yaml names no target {name}.", f"It names: {known}.")
    return policy.targets[name]


def first_policy(*trees: Callable[[], Tree]) -> Policy:
    """The policy of the first of `trees` that has a readable one. Raises PipelineError when none has."""
    for tree in trees:
        with suppress(PipelineError):
            policy = loading.load(tree()).policy
            if policy is not None:
                return policy
    raise PipelineError("policy.yaml cannot be read.", "`postmerge check` says why.")


def policy_of(workspace: Workspace) -> Policy:
    """The policy of main. Raises PipelineError when it cannot be read: nothing is sent without one."""
    if workspace.policy is None:
        raise PipelineError(
            "policy.yaml on the main branch cannot be read, so nothing is sent.",
            "`postmerge check` says why.",
        )
    return workspace.policy


def main_and_target(
    repository: Repository, branch: str, name: str, clock: Clock
) -> tuple[Mainline, Policy, Target]:
    """What says what main is, the clone or a remote; and what the policy of that main says.

    Which remote to ask is read from the clone, and must be what the main that is found says, too.
    """
    nearby = first_policy(lambda: repository.tree(repository.resolve(branch)), repository.working_tree)
    remote = target_of(nearby, name).order_remote
    asked = None if remote is None else RemoteBranch(repository, remote, branch, clock)
    main = Mainline(repository, branch, asked)
    policy = policy_of(main.workspace(main.commit()))
    target = target_of(policy, name)
    if target.order_remote != remote:
        raise PipelineError(
            f"In this clone the target {name} takes its order from {remote or 'the clone itself'}, "
            f"on main from {target.order_remote or 'the clone itself'}. Nothing is sent.",
            "Bring the clone up to date: git pull.",
        )
    return main, policy, target
