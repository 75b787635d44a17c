"""How every connection to a mail server is secured: one place, so that none is secured less."""

from __future__ import annotations

import ssl
from pathlib import Path

from mobilize.errors import SettingsWrong


def context(*, verify: bool, ca_file: Path | None, setting: str) -> ssl.SSLContext:
    """Make what TLS needs: TLS 1.2 or newer, the machine's own authorities and perhaps one more.

    verify: whether the certificate must be valid; only a test server may do without. ca_file: PEM of an authority.
    setting: the name of the setting that named it, for the error. Raises SettingsWrong where it cannot be read.
    """
    try:
        made = ssl.create_default_context()
        if ca_file is not None:
            made.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsWrong(f"{setting} cannot be read: {error.strerror or 'not a PEM file'}") from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
