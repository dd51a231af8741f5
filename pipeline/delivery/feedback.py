"""The port: what became of accepted mail afterwards, as the events of the transport tell."""

from typing import Protocol

from pipeline.feedback.heard import Heard


class Feedback(Protocol):
    """Somewhere that events come from. A target without it is judged by the outcomes of the calls alone."""

    def heard(self, campaign: str) -> Heard:
        """All that is known by now. Raises PipelineError when it cannot be read: silence is no good news."""
        ...
