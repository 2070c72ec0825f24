"""`hexlane` where only the client is installed: `hexlane api …`, as with the whole product."""

import typer

from utm import __version__, cli_api

app = typer.Typer(help="The client of a Hexlane server.", no_args_is_help=True)
app.add_typer(cli_api.app, name="api")


@app.command()
def version() -> None:
    """Print the client's version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line."""
    app()
