"""Environment and .env -> Settings. Names stand in config.example.env, which a test keeps complete."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mobilize.errors import SettingsWrong


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    #: Plain at first, then STARTTLS; refused where the server does not offer it (RFC 3207).
    STARTTLS = "starttls"
    #: TLS from the first byte (RFC 8314).
    TLS = "tls"
    #: No protection: accepted for a loopback server alone (domain rule D11).
    NONE = "none"


class Settings(BaseSettings):
    """What differs between installations. Secrets are SecretStr: they print as stars everywhere."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", frozen=True, str_strip_whitespace=True)

    #: SMTP server that relays our mail.
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Security = Security.STARTTLS
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    #: Whether the server's certificate must be valid. Switch off only for a test server.
    smtp_verify: bool = True
    #: PEM file of a certificate authority to trust besides the machine's own.
    smtp_ca_file: Path | None = None
    #: Connections at once.
    smtp_connections: Annotated[int, Field(ge=1, le=100)] = 5
    #: Seconds to wait for an answer.
    smtp_timeout: Annotated[float, Field(gt=0, le=600)] = 60
    #: What the account bears, by name: microsoft365, gmail, workspace, own, careful; empty: no limit but those below.
    smtp_preset: Literal["", "microsoft365", "gmail", "workspace", "own", "careful"] = ""
    #: Letters a second, a minute, a day, and a minute to one destination domain; 0: as the preset says.
    smtp_per_second: Annotated[float, Field(ge=0)] = 0
    smtp_per_minute: Annotated[float, Field(ge=0)] = 0
    smtp_per_day: Annotated[int, Field(ge=0)] = 0
    smtp_per_domain: Annotated[float, Field(ge=0)] = 0
    #: Reserved names (.example) may be sent to, and only to a loopback server.
    smtp_sandbox: bool = False

    #: DKIM: the selector under which the public key stands in the DNS, and the private key (PEM, RSA or Ed25519).
    #: Empty: the relay signs.
    dkim_selector: str = ""
    dkim_key_file: Path | None = None
    #: Domain that signs; empty: the sender's.
    dkim_domain: str = ""
    #: A return address of its own for each letter, so that any bounce tells which. Needs a relay that allows it.
    smtp_verp: bool = False

    #: Name server for `check --dns`, "192.0.2.53" or "127.0.0.1:5353"; empty: the machine's own.
    dns_server: str = ""

    #: File to which each letter's fate adds a line: its moment, id, state and reason; never an address or a text.
    log_file: Path | None = None
    #: File for a monitor (Prometheus text format, node exporter's textfile collector), written while letters go out.
    metrics_file: Path | None = None

    #: Mailbox that replies arrive in.
    imap_host: str = ""
    imap_port: Annotated[int, Field(ge=1, le=65535)] = 993
    imap_security: Security = Security.TLS
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    #: OAuth2 bearer token, in place of a password.
    imap_token: SecretStr = SecretStr("")
    #: Folders to read, commas between; the first is waited on.
    imap_folder: str = "INBOX"
    #: Mark what was taken as seen and flagged; else nothing in the mailbox changes.
    imap_flag: bool = False
    imap_verify: bool = True
    imap_ca_file: Path | None = None
    #: Names of receiving servers whose Authentication-Results are believed (RFC 8601), commas between.
    trusted_authserv: str = ""

    #: Database shared by several campaigns; empty: a SQLite ledger in the campaign folder's .mobilize/.
    database_url: SecretStr = SecretStr("")
    #: Seconds after which a program on PostgreSQL that is heard of no more is taken for dead.
    lease_seconds: Annotated[float, Field(ge=3, le=3600)] = 120
    #: Fernet keys, newest first, commas between; raw mail is encrypted at rest when set.
    mobilize_key: SecretStr = SecretStr("")
    #: Key of reply tokens and Message-IDs; empty: made once and kept in the ledger's folder.
    mobilize_secret: SecretStr = SecretStr("")

    #: Where partners and organisers reach `mobilize serve`: https://letters.example.org; empty: on this machine alone.
    public_url: str = ""

    #: Addresses of web servers in front whose X-Forwarded-For is believed, commas between; empty: nobody's.
    trusted_proxies: str = ""
    #: Webhooks may go to this machine, over plain http too: for trying them out.
    webhooks_sandbox: bool = False

    @field_validator("public_url")
    @classmethod
    def _a_safe_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/?", value):
            raise ValueError("write https:// and a host name, without a path")
        return value.rstrip("/")

    @field_validator("smtp_ca_file", "imap_ca_file", "dkim_key_file", "metrics_file", "log_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


def load(env_file: Path | None) -> Settings:
    """Read the process environment and, below it, a .env file where there is one.

    Raises SettingsWrong with one line a fault; values are never in it, as one of them may be a password.
    """
    try:
        return Settings(_env_file=env_file if env_file and env_file.is_file() else None)
    except ValidationError as error:
        lines = [f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors(include_input=False)]
        raise SettingsWrong("; ".join(lines), hint="see config.example.env for every setting") from None
    except UnicodeDecodeError:
        raise SettingsWrong(f"{env_file} is not UTF-8 text", hint="save it as UTF-8") from None
    except PermissionError:
        raise SettingsWrong(
            f"{env_file} may not be read by this user",
            hint="let this user read it, or take it away where the environment has all settings (containers)",
        ) from None
