"""`python -m pipeline` is the same as `postmerge`."""

from pipeline.cli import main

main()
