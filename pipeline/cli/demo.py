"""postmerge demo."""

import click


@click.command()
def demo() -> None:
    """Play the whole way."""
