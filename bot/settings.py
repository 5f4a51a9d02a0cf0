"""The settings: a table of names with units, defaults and one line of help each.

Read once at the start from the environment or `.env`. Secrets never show in a `repr`.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsUnusable(Exception):
    """One or more settings are missing or wrong; the message names each, never its value."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    BOT_TOKEN: SecretStr = Field(SecretStr(""), description="the bot's token, from @BotFather")
    BOT_API_URL: str = Field(
        "https://api.telegram.org", description="the Bot API server, without /bot"
    )
    DATABASE_URL: str = Field(
        "", description="sqlite:///… or postgresql://…; default: a SQLite file under DATA_DIR"
    )
    DATA_DIR: Path = Field(Path("data"), description="where the installation keeps its files")
    KEY_FILE: Path | None = Field(
        None, description="the key that seals numbers at rest; default: key under DATA_DIR"
    )
    EVIDENCE_DIR: Path | None = Field(
        None, description="sealed copies of files sent with complaints; default: under DATA_DIR"
    )
    PUBLIC_URL: str = Field("", description="the address under which managers reach the pages")
    WEBHOOK_URL: str = Field(
        "", description="complete address of the webhook; absent: long polling"
    )
    WEBHOOK_SECRET: SecretStr = Field(
        SecretStr(""), description="1-256 letters, digits, _ or -, required with WEBHOOK_URL"
    )
    HTTP_HOST: str = Field("127.0.0.1", description="where the web server listens")
    HTTP_PORT: int = Field(8080, ge=0, le=65535, description="its port; 0 takes a free one")
    METRICS_PORT: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="where a process without `web` serves /health and /metrics; absent: nowhere",
    )
    FUND_API_URL: str = Field("", description="the fund's live system; absent: imported data only")
    FUND_API_TOKEN: SecretStr = Field(SecretStr(""), description="its bearer token")
    POLICY_DIR: Path | None = Field(
        None, description="the fund's own policy files, which override row by row"
    )
    LOG_FORMAT: Literal["text", "json"] = Field("text", description="text or json")
    SEND_PER_SECOND: float = Field(
        30, gt=0, description="messages a second in all; 30 is Telegram's limit"
    )
    DEMO_CLOCK: bool = Field(
        False, description="1 opens POST /demo/clock; only with a loopback BOT_API_URL"
    )

    @field_validator("BOT_TOKEN")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if re.search(r"[^!-~]|[/?#]", token):
            raise ValueError("holds characters that no token has")
        return SecretStr(token)

    @field_validator("WEBHOOK_SECRET")
    @classmethod
    def _is_secret(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("Telegram allows 1-256 letters, digits, _ and - only")
        return value

    @field_validator("BOT_API_URL", "PUBLIC_URL", "WEBHOOK_URL", "FUND_API_URL")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if value and not usable:
            raise ValueError("is no address that begins with http:// or https://")
        return value

    @field_validator("POLICY_DIR")
    @classmethod
    def _is_directory(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("is not a directory")
        return value

    @model_validator(mode="after")
    def _agree(self) -> Settings:
        if self.WEBHOOK_URL and not self.WEBHOOK_SECRET.get_secret_value():
            raise ValueError("WEBHOOK_URL needs WEBHOOK_SECRET, or anyone could send updates")
        if self.DEMO_CLOCK and not is_loopback(self.BOT_API_URL):
            raise ValueError("DEMO_CLOCK works only with a BOT_API_URL on this machine")
        return self

    @property
    def database_url(self) -> str:
        return self.DATABASE_URL or f"sqlite:///{self.DATA_DIR / 'casnos.db'}"

    @property
    def key_file(self) -> Path:
        return self.KEY_FILE or self.DATA_DIR / "key"

    @property
    def evidence_dir(self) -> Path:
        return self.EVIDENCE_DIR or self.DATA_DIR / "evidence"

    def need_token(self) -> str:
        """The token, or `SettingsUnusable` with what to do."""
        token = self.BOT_TOKEN.get_secret_value()
        if not token:
            raise SettingsUnusable(
                "BOT_TOKEN is missing: get one from @BotFather and put it into the environment "
                "or .env; `make run` starts the demo, which needs none"
            )
        return token


def load(**overrides: object) -> Settings:
    """Read the settings; raises `SettingsUnusable` with one line a problem."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [
            ": ".join([*map(str, problem["loc"]), problem["msg"].removeprefix("Value error, ")])
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsUnusable("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsUnusable(".env: is not UTF-8") from None


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
