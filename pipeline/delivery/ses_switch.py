"""The switch of a configuration set in Amazon SES: off, SES refuses everything that is sent through it."""

from typing import Final

from pipeline.aws import patient_client, told

_MISSING: Final = (
    "does not exist in this region",
    "Correct configuration_set in policy.yaml, or make it in SES.",
)


class SesSwitch:
    """Switches sending off and on. What SES has accepted before still arrives."""

    def __init__(self, region: str) -> None:
        self._client = patient_client("sesv2", region)

    def put(self, name: str, *, on: bool) -> None:
        """Switch one configuration set. Doing so twice does no harm. Raises PipelineError."""
        with told(f"The configuration set {name}", {"NotFoundException": _MISSING}):
            self._client.put_configuration_set_sending_options(ConfigurationSetName=name, SendingEnabled=on)
