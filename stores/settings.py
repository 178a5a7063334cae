"""Every setting, read from options, the environment (`JIANDU_*`) and `.env`, in falling order of precedence."""

import os
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from stores.errors import SettingsError

PREFIX = "JIANDU_"


def default_data_dir() -> Path:
    """Where the embedded database lives: for root a folder that the database's own user can reach."""
    return Path("/var/lib/jiandu") if os.geteuid() == 0 else platformdirs.user_data_path("jiandu")


class Settings(BaseSettings):
    """What an installation decides; frozen, and passed in wherever it is needed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 18, as the application's role; without it the embedded one"
    )
    owner_database_url: SecretStr | None = Field(
        default=None, description="the same database as the role that owns the tables; only `migrate` uses it"
    )
    elasticsearch_url: SecretStr | None = Field(
        default=None, description="Elasticsearch 9; without it PostgreSQL answers the searches"
    )
    elasticsearch_prefix: str = Field(
        default="jiandu",
        pattern=r"^[a-z][a-z0-9-]{0,40}$",
        description="what our indices' and aliases' names begin with",
    )
    data_dir: Path = Field(default_factory=default_data_dir, description="the embedded database's folder")
    data_key: SecretStr | None = Field(
        default=None,
        description="id:key pairs (32 bytes in base64), comma-separated, newest first; embedded: made at first use",
    )
    layouts_dir: Path | None = Field(
        default=None, description="a folder of YAML files, each of which describes a layout that an agency sends"
    )
    spool_dir: Path | None = Field(
        default=None,
        description="where files wait that agencies send; by default in the data folder, or in the system's for such",
    )
    feed_max_bytes: int = Field(
        default=2_000_000_000, gt=0, description="the bytes of the longest file that an agency may send by PUT /feeds"
    )
    auth: Literal["local", "required"] = Field(
        default="local", description="required: nobody is answered without a token, not even on the loopback address"
    )
    trusted_proxies: str = Field(
        default="",
        description="addresses or networks, comma-separated, of proxies whose X-Forwarded-For is believed",
    )
    query_timeout_seconds: float = Field(default=30.0, gt=0, le=300, description="the longest one statement may take")
    search_patience_seconds: float = Field(
        default=1.0, gt=0, le=60, description="how long a search waits for Elasticsearch before PostgreSQL answers it"
    )
    search_pause_seconds: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="how long searches leave an Elasticsearch alone that failed them, before one tries it again",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        _networks(text)
        return text

    _options: frozenset[str] = PrivateAttr(default=frozenset())

    def source_of(self, name: str) -> str:
        """Where a setting's value comes from."""
        if name in self._options:
            return "option"
        if name not in self.model_fields_set:
            return "default"
        # As the settings are read: upper or lower case, and empty counts as not set.
        variable = f"{PREFIX}{name}".upper()
        return "environment" if any(key.upper() == variable and os.environ[key] for key in os.environ) else ".env"

    def as_environment(self) -> dict[str, str]:
        """The settings that are not defaults, as a child process reads them."""
        return {f"{PREFIX}{name.upper()}": _plain(getattr(self, name)) for name in sorted(self.model_fields_set)}

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The trusted proxies, as networks."""
        return _networks(self.trusted_proxies)

    @property
    def spool(self) -> Path:
        """The folder in which files wait that agencies send."""
        if self.spool_dir is not None:
            return self.spool_dir
        if self.embedded:
            return self.data_dir.expanduser() / "spool"
        return Path(tempfile.gettempdir()) / f"jiandu-spool-{os.geteuid()}"

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url is None


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def load_settings(**options: Any) -> Settings:
    """Read the settings; an option that is None counts as not given. Raises SettingsError, naming the variable."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = Settings(**given)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("The file .env cannot be read: it has to be a text in UTF-8.") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False)
        )
        raise SettingsError(f"A setting cannot be used. Correct it and try again: {problems}") from error
    settings._options = frozenset(given)  # noqa: SLF001  ours, and not for whoever makes settings otherwise
    return settings
