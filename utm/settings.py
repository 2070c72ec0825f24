"""Settings of one server, from the environment (`HEXLANE_*`) or the command line."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that differs between deployments; the rules of the sky are policy, not settings."""

    model_config = SettingsConfigDict(env_prefix="HEXLANE_", frozen=True)

    data_dir: Path = Field(default=Path("var"), description="Folder of the store, keys and recordings.")
    city: str = Field(default="shenzhen", description="Name of a bundled city pack, or the path of one.")
    host: str = Field(default="127.0.0.1", description="Address the HTTP server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port of the HTTP server.")
    public_url: str | None = Field(default=None, description="Base URL clients use, when a proxy stands in front.")
    mavlink_host: str = Field(default="127.0.0.1", description="Address the MAVLink transports listen on.")
    mavlink_udp_port: int | None = Field(default=14550, description="UDP port for MAVLink; empty for none.")
    mavlink_tcp_port: int | None = Field(default=None, description="TCP port for MAVLink; empty for none.")
    mavlink_serial: str | None = Field(
        default=None, description="Serial device and baud rate, such as /dev/ttyUSB0:57600."
    )
    demo: bool = Field(
        default=False, description="Demonstration city: known firms, automatic releases, sign-in without a form."
    )
    token_ttl_s: int = Field(default=900, ge=60, le=3600, description="Life of an access token.")
    session_ttl_s: int = Field(default=12 * 3600, ge=300, description="Life of a console session: one shift.")
    requests_per_s: float = Field(default=200.0, gt=0, description="Requests a second each client may send.")
    key_days: int = Field(default=90, ge=1, description="Days after which a new key signs access tokens.")
    tls_certificate: Path | None = Field(
        default=None, description="PEM file: our certificate and its chain; then https."
    )
    tls_key: Path | None = Field(default=None, description="PEM file: the private key of the certificate.")
    tls_client_ca: Path | None = Field(
        default=None, description="PEM file: authorities whose client certificates are accepted (mutual TLS)."
    )
    tls_client_required: bool = Field(default=False, description="Refuse connections without a client certificate.")
    client_cert_header: str | None = Field(
        default=None, description="Header in which a proxy in front tells the client certificate it verified."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1/32,::1/128", description="Networks such a proxy is believed from, comma-separated."
    )
    oidc_issuer: str | None = Field(default=None, description="OpenID provider people may sign in with.")
    oidc_client_id: str | None = Field(default=None, description="Our client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Our secret there; empty: a public client.")
    oidc_name: str = Field(default="OpenID Connect", description="What the sign-in page calls the provider.")
    oidc_scopes: str = Field(default="openid profile email", description="Scopes asked of the provider.")
    oidc_role_claim: str = Field(default="groups", description="Claim (a.b for nested ones) that says who somebody is.")
    oidc_role_map: dict[str, str] = Field(
        default_factory=dict, description='Claim value to "role@organisation_id"; JSON. Who has none is refused.'
    )
    oidc_name_claim: str = Field(default="preferred_username", description="Claim people are listed by.")
    sandbox: bool = Field(default=True, description="Offer sandboxes: firms whose flights live in a separate sky.")
    sandbox_mavlink_udp_port: int | None = Field(
        default=None, ge=0, le=65535, description="UDP port for MAVLink of the sandbox; empty for none."
    )
    max_body_bytes: int = Field(default=1 << 20, description="Largest request body.")
    max_batch_body_bytes: int = Field(default=16 << 20, description="Largest body of a batch or an import.")
    plan_helpers: int | None = Field(
        default=None,
        ge=0,
        le=16,
        description="Processes that judge plans ahead while many are filed; empty: one less than there are cores, at most 4.",
    )
    recording: bool = Field(default=True, description="Record positions and events under the data folder.")
    recording_days: int = Field(default=731, ge=1, description="Days recordings are kept: 24 months by default.")
    alert_escalation: float = Field(
        default=1.0, gt=0, description="Factor on the times after which an alert nobody acknowledged escalates."
    )
    sim_control_url: str | None = Field(
        default=None, description="Demonstration only: where the simulator's control API listens on loopback."
    )
    traffic_to_vehicles: bool = Field(
        default=False,
        description="Tell vehicles of unregistered aircraft near them (ADSB_VEHICLE); autopilots turn home when they hear.",
    )
    webhook_private: bool = Field(
        default=False, description="Let webhooks go to private and local addresses, also over plain http."
    )
    webhook_echo: bool = Field(
        default=True,
        description="An endpoint must repeat the challenge when it is verified; else any 2xx answer will do.",
    )
    webhook_backoff: float = Field(default=1.0, gt=0, le=10, description="Factor on the times between attempts.")
    terrain: list[Path] = Field(
        default_factory=list, description="GeoTIFF elevation tiles in place of the synthetic one."
    )
    report_url: str | None = Field(
        default=None, description="Where dynamics are reported (MH/T 4053-2022); empty: nowhere."
    )
    report_app_id: str = Field(default="hexlane", description="appId in reports, given by the receiving platform.")
    report_key: SecretStr | None = Field(default=None, description="Key reports are signed with (HMAC-SHA256).")
    report_interval_s: float = Field(default=1.0, gt=0, le=2.0, description="How often dynamics are reported.")
    report_max_age_s: float = Field(default=5.0, gt=0, description="Positions observed longer ago are not reported.")
    report_height_type: int = Field(default=0, ge=0, le=3, description="heightAltitype, as the receiver defines it.")
    report_spool_mb: int = Field(default=256, ge=2, description="Disk for reports an outage holds up; oldest go first.")

    authority_url: str | None = Field(
        default=None, description="Where applications go (shaped like the UOM-USS draft of 2026); empty: people decide."
    )
    authority_app_id: str = Field(default="hexlane", description="appId in applications, given by the authority.")
    authority_key: SecretStr | None = Field(
        default=None, description="SM4 key shared with the authority, 32 hexadecimal digits."
    )
    authority_provider: str = Field(
        default="UPIC00000000",
        pattern=r"^[A-Za-z0-9]{1,32}$",
        description="Our provider code, the beginning of every orderId.",
    )
    authority_names: dict[str, str] = Field(
        default_factory=dict,
        description="What its interface calls our paths and fields, where that differs: ours to theirs; JSON.",
    )
    authority_pace: float = Field(default=1.0, gt=0, le=10, description="Factor on the times between its requests.")
    smtp_host: str | None = Field(default=None, description="Mail server duty staff are written through; empty: none.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: str = Field(
        default="starttls", pattern=r"^(none|starttls|tls)$", description="none, starttls or tls."
    )
    smtp_user: str | None = Field(default=None, description="Name to log in with; empty: no login.")
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    smtp_from: str = Field(default="hexlane@localhost", description="Sender of the mails.")
    smtp_ca: Path | None = Field(
        default=None, description="Certificates (PEM) of authorities to trust beside the system's."
    )
    sms_url: str | None = Field(default=None, description="Gateway text messages are posted to; empty: none.")
    sms_key: SecretStr | None = Field(default=None, description="Bearer key of the gateway.")
    time_reference: str = Field(
        default="none",
        pattern=r"^(none|kernel|ntp:\S+)$",
        description="Who confirms the server's clock: none, kernel (its time service, by adjtimex) or ntp:HOST.",
    )
    map_tiles: str = Field(
        default="",
        description="Tiles under the console's map, lowest first, by spaces: https addresses with {z} {x} {y}, or .pmtiles.",
    )
    map_tiles_datum: Literal["WGS84", "GCJ02"] = Field(
        default="WGS84", description="Datum they are drawn in: WGS84 (also CGCS2000, Tianditu) or GCJ02."
    )
    map_tiles_attribution: str = Field(default="", max_length=200, description="What their owner wants shown.")
    map_tiles_max_zoom: int = Field(default=18, ge=1, le=22, description="Deepest zoom they have.")
    own_icao: str = Field(
        default="",
        pattern=r"^([0-9A-Fa-f]{6}(,[0-9A-Fa-f]{6})*)?$",
        description="ICAO addresses of transponders on our own drones, comma-separated: their echoes are no traffic.",
    )

    @property
    def own_icao_numbers(self) -> frozenset[int]:
        """The addresses as numbers."""
        return frozenset(int(text, 16) for text in self.own_icao.split(",") if text)

    @property
    def base_url(self) -> str:
        """The address clients reach this server at."""
        scheme = "http" if self.tls_certificate is None else "https"
        return self.public_url or f"{scheme}://{self.host}:{self.port}"

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "hexlane.sqlite"

    @property
    def recordings_path(self) -> Path:
        """Folder of what was recorded."""
        return self.data_dir / "recordings"

    @property
    def credentials_path(self) -> Path:
        """Where the demonstration's secrets stand, and nowhere else."""
        return self.data_dir / "demo-credentials.json"
