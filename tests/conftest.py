"""What holds for every test: how fast a machine is decides nothing."""

import os

from hypothesis import HealthCheck, settings

# No test asks a cloud for credentials: botocore would look for them at an address of the machine's network.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
