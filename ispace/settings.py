"""Every setting of iSpace: name in the environment, default, what it does.

The environment is read once, when ``Settings()`` is called; nothing else in iSpace looks at it, except for the
terminal's language. ``docs/settings.md`` lists the same fields, and a test keeps the two equal.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ispace.errors import SettingInvalidError


class Settings(BaseSettings):
    """What an operator can choose."""

    model_config = SettingsConfigDict(env_prefix="ISPACE_", frozen=True, extra="ignore")

    public: str = Field(
        default="file:var/public", description="Where published tours go: the store that the world reads."
    )
    private: str = Field(
        default="file:var/private", description="Where originals and finished tile sets are kept; never served."
    )
    database: SecretStr = Field(
        default=SecretStr("sqlite:var/ispace.db"),
        description="What the studio remembers: `sqlite:FILE`, or `postgresql://USER:PASSWORD@HOST/DATABASE`.",
    )
    public_url: str = Field(
        default="",
        description="The address at which the public store is read, for canonical links, sitemap, share pictures.",
    )
    site_name_vi: str = Field(default="iSpace An Giang", description="The name of the catalogue in Vietnamese.")
    site_name_en: str = Field(default="iSpace An Giang", description="The name of the catalogue in English.")
    directions_url: str = Field(
        default="https://www.google.com/maps/dir/?api=1&destination={lat},{lon}",
        description="Where a hotspot for directions leads: an address with `{lat}` and `{lon}`.",
    )
    map_tiles: str = Field(
        default="",
        description=(
            "Raster tiles of a street map below the tours' maps, with {z}, {x} and {y}: an address or a path on the "
            "same host; empty: none, maps are drawn from the scenes alone."
        ),
    )
    map_attribution: str = Field(
        default="",
        max_length=200,
        validate_default=True,
        description="Whose map it is, shown on it at all times; needed with `ISPACE_MAP_TILES`.",
    )
    map_min_zoom: int = Field(
        default=9, ge=0, le=22, description="The farthest zoom level of maps; 9 shows about as much as a province."
    )
    map_max_zoom: int = Field(
        default=18,
        ge=0,
        le=22,
        validate_default=True,
        description="The nearest zoom level that has tiles; beyond it they are enlarged.",
    )
    host: str = Field(default="", description="Where `ispace serve` listens; empty means loopback, IPv6 and IPv4.")
    port: int = Field(default=8360, ge=0, le=65535, description="The port of `ispace serve`; 0 takes a free one.")
    studio_port: int = Field(default=8361, ge=0, le=65535, description="The port of the studio; 0 takes a free one.")
    studio_url: str = Field(
        default="",
        description="The address at which people reach the studio, for links; with https:// cookies are bound to it.",
    )
    preview_url: str = Field(
        default="",
        description="Where previews are opened, a server of `ispace serve`; empty: the studio's host with ISPACE_PORT.",
    )
    preview_days: int = Field(default=7, ge=1, le=90, description="How many days a preview can be opened.")
    proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses of proxies before the studio, whose word on where a request comes from is taken.",
    )
    contact: str = Field(
        default="", max_length=200, description="Whom to ask for a new password: a name, a telephone number."
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="A long random text that seals the secrets of two-step sign-in in the database; empty: not sealed.",
    )
    session_idle_hours: int = Field(
        default=12, ge=1, le=720, description="After how many hours without use somebody is signed out."
    )
    session_max_days: int = Field(default=30, ge=1, le=365, description="After how many days everybody signs in anew.")
    oidc_issuer: str = Field(
        default="",
        description="The issuer of an OpenID Connect provider that signs people in; empty: none. The address to "
        "register there is that of the studio with `/sign-in/provider/return`.",
    )
    oidc_client_id: str = Field(default="", description="What the provider calls iSpace.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret that the provider gave iSpace; empty for a public client."
    )
    oidc_name: str = Field(default="", max_length=60, description="What the button for the provider says.")
    author: str = Field(default="", description="Who publishes, named with each public release; empty: the login name.")
    max_pixels: int = Field(default=32768 * 16384, gt=0, description="The largest picture that is decoded, in pixels.")
    max_bytes: int = Field(default=500_000_000, gt=0, description="The largest picture file that is read, in bytes.")
    max_seconds: int = Field(default=300, gt=0, description="How long one picture may take, in seconds.")
    max_memory_mb: int = Field(
        default=3000, ge=256, description="How much memory the picture process may take, in MiB."
    )
    stitch_max_seconds: int = Field(
        default=1800, ge=1, le=86400, description="How long `ispace stitch` may take for one set of photos, in seconds."
    )
    stitch_max_memory_mb: int = Field(
        default=3000, ge=512, description="How much memory stitching a set of photos may take, in MiB."
    )
    stitch_cache: str = Field(
        default="var/stitch",
        description="A folder for what was seen in photos, so that stitching a set again takes seconds; empty: none.",
    )
    stitch_cache_mb: int = Field(
        default=1024,
        ge=0,
        description="How much the folder of `ISPACE_STITCH_CACHE` may hold, in MiB; unused for 30 days goes anyway.",
    )
    tile_format: Literal["jpg", "webp"] = Field(
        default="jpg", description="The format of tiles; every viewer reads jpg, webp is a fifth smaller and slower."
    )
    tile_quality: int = Field(default=80, ge=30, le=95, description="The quality of tiles in their format's own scale.")
    threads: int = Field(default=2, ge=1, le=32, description="How many threads cut and encode tiles.")
    serve_workers: Literal["auto", "0", "1", "2", "3", "4"] = Field(
        default="auto",
        description="How many workers `ispace serve` starts for jobs; auto: one with SQLite, none with PostgreSQL.",
    )
    work_preview: int = Field(
        default=2, ge=0, le=64, description="How many stages that are quick a worker runs at a time; 0: none."
    )
    work_cpu: int = Field(
        default=1, ge=0, le=64, description="How many stages that compute a worker runs at a time; 0: none."
    )
    work_memory: int = Field(
        default=1,
        ge=0,
        le=16,
        description="How many stages in need of much memory run at a time on one machine; 0: none.",
    )
    work_net: int = Field(
        default=4,
        ge=0,
        le=64,
        description="How many stages that wait for others a worker runs at a time; 0: none.",
    )
    work_attempts: int = Field(
        default=5, ge=1, le=100, description="How often a stage is begun before its job is set aside or has failed."
    )
    work_poll_s: float = Field(
        default=1, gt=0, le=60, description="How often a worker looks for stages to do, in seconds."
    )
    work_heartbeat_s: float = Field(
        default=5, gt=0, le=60, description="How often a worker says that it lives, in seconds."
    )
    work_dead_after_s: float = Field(
        default=30,
        gt=0,
        le=3600,
        validate_default=True,
        description="After how long a silence a worker's jobs go to others, in seconds.",
    )
    work_folder: str = Field(
        default="", description="Where workers put files while they work; empty: the system's place for such files."
    )
    work_keep_days: int = Field(default=90, ge=1, description="How long jobs that ended can be looked at, in days.")
    grace_days: int = Field(
        default=30, ge=0, description="How long `ispace gc` keeps what only replaced releases use, in days."
    )

    uploads: str = Field(
        default="var/uploads",
        description=(
            "A folder for uploads under way; on the same disk as a private store that is a folder, they are not copied."
        ),
    )
    upload_max_bytes: int = Field(
        default=20_000_000_000, gt=0, le=80_000_000_000, description="The largest file that is received, in bytes."
    )
    upload_quota_tour_bytes: int = Field(
        default=100_000_000_000, gt=0, description="How much may be uploaded to one tour in all, in bytes."
    )
    upload_quota_person_bytes: int = Field(
        default=200_000_000_000, gt=0, description="How much one person may upload in all, in bytes."
    )
    upload_max_unfinished: int = Field(
        default=500, ge=1, description="How many unfinished uploads one person may have at a time."
    )
    upload_days: float = Field(
        default=5, gt=0, le=60, description="How long an unfinished upload is kept after its last byte, in days."
    )
    upload_idle_seconds: float = Field(
        default=30, gt=0, description="How long an uploading client may be silent, in seconds."
    )
    upload_min_bytes_per_second: int = Field(
        default=500, ge=0, description="How much an uploading client must send on average, in bytes a second."
    )
    upload_at_once: int = Field(
        default=40, ge=1, description="How many uploads are received at the same time; one person gets half of them."
    )

    text_encoding: Literal["auto", "none", "gzip", "br"] = Field(
        default="auto",
        description="How texts are compressed in the public store; auto: gzip in a bucket, not at all in a folder.",
    )
    s3_addressing: Literal["path", "virtual", "auto"] = Field(
        default="path", description="Whether a bucket's name stands in the path or in the host name."
    )
    s3_checksums: Literal["when_required", "when_supported"] = Field(
        default="when_required", description="When S3 requests carry extra checksums; older servers refuse them."
    )
    s3_ca: str = Field(default="", description="A PEM file with the authority that signed the S3 server's certificate.")
    s3_concurrency: int = Field(default=32, ge=1, le=256, description="How many S3 requests run at a time.")
    s3_connect_seconds: float = Field(default=10, gt=0, description="How long a connection to S3 may take, in seconds.")
    s3_read_seconds: float = Field(default=60, gt=0, description="How long S3 may be silent, in seconds.")
    s3_attempts: int = Field(default=6, ge=1, le=20, description="How often an S3 request is tried in all.")
    s3_bulk: Literal["auto", "boto3", "obstore"] = Field(
        default="auto", description="What writes many objects to S3; auto: obstore where it is installed, else boto3."
    )

    @field_validator("public_url")
    @classmethod
    def _web(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("http:// or https://")
        return value.rstrip("/") + "/" if value else ""

    @field_validator("studio_url", "oidc_issuer")
    @classmethod
    def _origin(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("http:// or https://")
        return value.rstrip("/")

    @field_validator("directions_url")
    @classmethod
    def _directions(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or "{lat}" not in value or "{lon}" not in value:
            raise ValueError("https://…{lat}…{lon}")
        return value

    @field_validator("map_tiles")
    @classmethod
    def _template(cls, value: str) -> str:
        if not value:
            return value
        # It becomes part of the pages' policy and of addresses: nothing that could end either.
        if sorted(re.findall(r"\{.*?\}", value)) != ["{x}", "{y}", "{z}"] or not re.fullmatch(r"[!-~]+", value):
            raise ValueError("needs {z}, {x} and {y}, each once")
        if value.startswith("/") and not value.startswith("//"):
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not re.fullmatch(
            r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-f:]+\](:\d+)?", parts.netloc
        ):
            raise ValueError("begins with https://, http:// or /")
        return value

    @field_validator("work_dead_after_s")
    @classmethod
    def _patient(cls, value: float, info: ValidationInfo) -> float:
        if value < 3 * info.data.get("work_heartbeat_s", 0):
            raise ValueError("less than three times ISPACE_WORK_HEARTBEAT_S")
        return value

    @field_validator("map_attribution")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("map_tiles") and not value.strip():
            raise ValueError("needed with ISPACE_MAP_TILES")
        return value.strip()

    @field_validator("map_max_zoom")
    @classmethod
    def _above(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("map_min_zoom", 0):
            raise ValueError("less than ISPACE_MAP_MIN_ZOOM")
        return value


def load() -> Settings:
    """Return the settings of this process; raises ``SettingInvalidError`` naming the variable and its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "ISPACE_" + str(first["loc"][0]).upper()
        raise SettingInvalidError(name=name, value=str(first.get("input")), reason=first["msg"]) from error
