"""The `hexlane` command line: serve the city, check its separation, export its records.

Other packages add commands through the entry-point groups `hexlane.cli` (groups of commands) and `hexlane.demo` (single
commands), so that this package never imports the simulation.
"""

import importlib.metadata
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from utm import cli_api, cli_dispatch, cli_report, names
from utm.cli_identity import admin_app, keys_app
from utm.settings import Settings

app = typer.Typer(
    name="hexlane",
    help="Low-altitude traffic management and dispatch for a city.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)
export_app = typer.Typer(help="Write records to files: plans, zones, tracks, the audit trail.", no_args_is_help=True)
app.command()(cli_dispatch.dispatch)
app.add_typer(export_app, name="export")
app.add_typer(cli_api.app, name="api")
app.add_typer(cli_report.app, name="report")
app.add_typer(keys_app, name="keys")
app.add_typer(admin_app, name="admin")

_err = Console(stderr=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the store; default: HEXLANE_DATA_DIR, else ./var.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for scripts.")]


def _settings(data_dir: Path | None, **changes: Any) -> Settings:
    given = {name: value for name, value in changes.items() if value is not None}
    if data_dir is not None:
        given["data_dir"] = data_dir
    return Settings(**given)


@app.command()
def serve(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 lets the system choose.")] = None,
    mavlink_udp_port: Annotated[int | None, typer.Option(help="UDP port for MAVLink.")] = None,
    city: Annotated[str | None, typer.Option(help="City pack: a bundled name or a folder.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Demonstration city with known firms and users.")] = False,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file of our certificate: serve https.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its private key.")] = None,
    tls_client_ca: Annotated[
        Path | None, typer.Option(help="PEM file of authorities for client certificates (mutual TLS).")
    ] = None,
) -> None:
    """Serve the city: HTTP API, live feed, console and MAVLink bridge in one process."""
    from utm.server import run  # noqa: PLC0415  (the service is heavy; --help is not)

    run(
        _settings(
            data_dir,
            host=host,
            port=port,
            mavlink_udp_port=mavlink_udp_port,
            city=city,
            demo=demo if demo else None,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            tls_client_ca=tls_client_ca,
        )
    )


@app.command("check-separation")
def check_separation(
    data_dir: DataDir = None, city: Annotated[str | None, typer.Option()] = None, as_json: AsJson = False
) -> None:
    """Judge every pair of plans that reserve airspace, with code that shares nothing with the engine.

    Exit code 0: no two plans conflict and nothing is booked twice. 1: some do, and are listed. Works on a live store.
    """
    from utm.separation_check import check  # noqa: PLC0415

    with _err.status("Judging every pair of live plans…"):
        report = check(_settings(data_dir, city=city))
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
    else:
        typer.echo(f"{report.plans} plans reserve airspace, {len(report.conflicts)} conflicts ({report.took_s:.1f} s)")
        for found in report.conflicts:
            typer.echo(
                f"  {found['plan_a']} and {found['plan_b']}: {found['horizontal_m']:.1f} m horizontally, "
                f"{found['vertical_m']:.1f} m vertically at {found['at_a'].isoformat()}"
            )
        for found in report.off_nominal:
            typer.echo(
                f"  {found['plan_a']} and {found['plan_b']}: a contingency runs into a flight in the air; its way is "
                "being cleared"
            )
        for unread in report.unread:
            typer.echo(f"  {unread['plan_id']} could not be judged: {unread['reason']}")
        for twice in report.double_bookings:
            typer.echo(f"  {twice['kind']} {twice['ref']} is booked twice: {twice['mission_a']}, {twice['mission_b']}")
    raise typer.Exit(1 if report.conflicts or report.unread or report.double_bookings else 0)


@app.command()
def token(
    role: Annotated[str, typer.Argument(help="operator, dispatcher, regulator, supplier or admin.")] = "operator",
    number: Annotated[int, typer.Option(help="Which of the clients of that role, from 0.")] = 0,
    data_dir: DataDir = None,
) -> None:
    """Print an access token of a demonstration client, for curl and scripts."""
    from utm.demo_token import fetch  # noqa: PLC0415

    typer.echo(fetch(_settings(data_dir).credentials_path, role, number))


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the HTTP API."""
    from utm.server import openapi_document  # noqa: PLC0415

    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False, sort_keys=True))


@export_app.command("plans")
def export_plans(
    output: Annotated[Path, typer.Argument(help="File to write; - for standard output.")],
    data_dir: DataDir = None,
    state: Annotated[list[str] | None, typer.Option(help="Only plans in these states.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write flight plans as JSON lines, in the shape of the API."""
    from utm.exports import write_plans  # noqa: PLC0415

    _report(write_plans(_settings(data_dir), output, state or []), output, as_json)


@export_app.command("zones")
def export_zones(
    output: Annotated[Path, typer.Argument(help="File to write; - for standard output.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write the zones in force as a GeoJSON FeatureCollection."""
    from utm.exports import write_zones  # noqa: PLC0415

    _report(write_zones(_settings(data_dir), output), output, as_json)


@export_app.command("tracks")
def export_tracks(
    output: Annotated[Path, typer.Argument(help="File to write; - for standard output.")],
    from_: Annotated[str, typer.Option("--from", help="Observed at or after, RFC 3339 with offset.")],
    to: Annotated[str, typer.Option("--to", help="Observed at or before, RFC 3339 with offset.")],
    data_dir: DataDir = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="csv, geojson, kml, json (lines) or tlog; else by the file's ending.")
    ] = None,
    bbox: Annotated[str | None, typer.Option(help="min_lon,min_lat,max_lon,max_lat in WGS-84 degrees.")] = None,
    track: Annotated[str | None, typer.Option(help="Only this track.")] = None,
    aircraft: Annotated[str | None, typer.Option(help="Only this aircraft.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write recorded positions; works while a server records."""
    from utm.live_area import AreaError, parse_bbox  # noqa: PLC0415
    from utm.recording.files_export import write_tracks  # noqa: PLC0415

    try:
        area = None if bbox is None else parse_bbox(bbox)
    except AreaError as error:
        raise typer.BadParameter(error.detail, param_hint="--bbox") from None
    written = write_tracks(
        _settings(data_dir),
        output,
        from_at=_instant("--from", from_),
        to_at=_instant("--to", to),
        format_name=format_name or output.suffix.lstrip(".") or "csv",
        area=area,
        track_id=track,
        aircraft_id=aircraft,
    )
    _report(written, output, as_json)


def _instant(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no RFC 3339 time", param_hint=name) from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; add one such as +08:00 or Z", param_hint=name)
    return at.astimezone(UTC)


@export_app.command("audit")
def export_audit(
    output: Annotated[Path, typer.Argument(help="File to write; - for standard output.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write the audit trail as JSON lines and verify its hash chain; exit code 1 when the chain is broken."""
    from utm.exports import write_audit  # noqa: PLC0415

    written, broken_at = write_audit(_settings(data_dir), output)
    _report(written, output, as_json, broken_at_line=broken_at)
    if broken_at is not None:
        _err.print(f"[red]The hash chain is broken at line {broken_at}: the trail was changed after it was written.")
        raise typer.Exit(1)


def _report(written: int, output: Path, as_json: bool, **more: Any) -> None:
    if as_json:
        _err.print_json(data={"written": written, "file": str(output), **more})
    elif str(output) != "-":
        _err.print(f"{written} records written to {output}")


def _add_plugins() -> None:
    for entry in importlib.metadata.entry_points(group="hexlane.cli"):
        app.add_typer(entry.load(), name=entry.name)
    for entry in importlib.metadata.entry_points(group="hexlane.demo"):
        app.command(entry.name)(entry.load())


def main() -> None:
    """Run the command line."""
    problem = names.foreign_package()
    if problem is not None:
        _err.print(f"[red]{problem}")
        sys.exit(2)
    _add_plugins()
    app()


if __name__ == "__main__":
    main()
