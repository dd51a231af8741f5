"""The commands: words and exit codes; no logic."""


def main() -> None:
    """Run the command line."""
