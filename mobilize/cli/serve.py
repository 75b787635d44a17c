"""`mobilize serve`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mobilize.cli import face

#: How uvicorn is set, here and in bench/web.py.
SERVER: Mapping[str, Any] = {
    # No line a request: it would hold addresses of people (domain/rules.md E).
    "access_log": False,
    "log_level": "warning",
    "server_header": False,
    "ws": "none",
    "timeout_graceful_shutdown": 10,
}


def serve(
    ctx: typer.Context,
    *,
    host: Annotated[
        str, typer.Option(help="Where to listen; this machine alone unless you say otherwise.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Listen on another address although PUBLIC_URL is not set.")
    ] = False,
) -> None:
    """Serve the web pages: letters for partners, and what they tell. See docs/serve.md for hosting."""
    import pkgutil

    from mobilize.errors import Refused

    try:
        import uvicorn

        # By name: the two faces know nothing of each other (pyproject.toml, "The river runs one way").
        create = pkgutil.resolve_name("mobilize.web.app:create")
    except ImportError:
        raise Refused("the web pages are not installed", hint="pip install 'mobilize[web]'") from None
    with face.here(ctx) as installation:
        url = installation.settings.public_url
        if not _here_alone(host) and not url and not plain_http:
            raise Refused(
                f"{host} can be reached from other machines, and without https what people type can be read on the way",
                hint="set PUBLIC_URL=https://… with a web server in front that has a certificate (docs/serve.md)",
            )
        trusted = installation.settings.trusted_proxies
        if url and not trusted:
            typer.echo(
                "TRUSTED_PROXIES is not set: all who come through the web server in front share one allowance.",
                err=True,
            )
        typer.echo(f"Pages for partners: {url or f'http://{_shown(host)}:{port}'}/   (end with Ctrl-C)", err=True)
        uvicorn.run(
            create(installation),
            host=host,
            port=port,
            **SERVER,
            **proxies(trusted),
        )


def proxies(trusted: str) -> Mapping[str, Any]:
    """Whose word uvicorn takes for where a request comes from: nobody's, unless TRUSTED_PROXIES says so."""
    return {"proxy_headers": bool(trusted), "forwarded_allow_ips": trusted or ""}


def _here_alone(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
