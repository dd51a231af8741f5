"""What holds for every test: how fast a machine is decides nothing."""

import os
import signal

from hypothesis import HealthCheck, settings

# No test asks a cloud for credentials: botocore would look for them at an address of the machine's network.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
# Whoever starts the tests in the background makes them ignore Ctrl-C, and so every process that they start.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
