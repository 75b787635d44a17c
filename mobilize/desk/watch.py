"""`mobilize preview --watch`: the letters as pages on this machine alone, new whenever a file is saved.

Nothing is written: each page is made when it is asked for. A mistake shows its file, its line and the line's text in
place of the letter. Only this machine can connect, and only with the address that is printed: it ends in a secret,
since other people's programs on a shared machine can reach the loopback too.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import unquote

from mobilize.campaign import folder as campaign_folder
from mobilize.desk import gallery, hand_out, prepare, since
from mobilize.desk.plan import Chosen
from mobilize.errors import MobilizeError, Refused
from mobilize.installation import Installation
from mobilize.letter import docx, pdf
from mobilize.letter.merge import Letter

#: Folders and files of a campaign folder whose change makes the pages new.
_PARTS = ("campaign.toml", "contacts.csv", "contacts.xlsx", "contacts.ods", "letters", "record")

#: What a page may do here: ask this server whether something is new, and load itself again.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_SCRIPT = """\
const base = location.pathname.split("/").slice(0, 2).join("/");
let seen = null;
async function ask() {
  try {
    const now = await (await fetch(base + "/stamp", {cache: "no-store"})).text();
    if (seen !== null && now !== seen) { location.reload(); return; }
    seen = now;
  } catch { document.title = "(stopped) " + document.title.replace(/^\\(stopped\\) /, ""); }
  setTimeout(ask, 700);
}
ask();
"""

#: Seconds between two looks at the files while nobody asks for a page.
_PAUSE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back for one request."""

    content: bytes
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK


class Site:
    """The pages of one campaign folder, as its files are now."""

    def __init__(self, installation: Installation, *, chosen: Chosen, now: Callable[[], dt.datetime]) -> None:
        self._installation = installation
        self._chosen = chosen
        self._now = now
        self._compared = since.Comparison(installation.campaign, None)
        self._done: list[prepare.Previewed] = []
        self._summary: prepare.Summary | None = None
        self._trouble = ""
        self.stamp = ""

    def refresh(self) -> None:
        """Read the folder again where a file has changed."""
        stamp = _stamp(self._installation.folder)
        if stamp == self.stamp:
            return
        self.stamp = stamp
        try:
            campaign, faults = campaign_folder.load(self._installation.folder)
        except MobilizeError as error:
            self._trouble = error.sentence
            return
        self._installation = replace(self._installation, campaign=campaign, faults=faults)
        self._trouble = "\n".join(str(each) for each in prepare.own_faults(self._installation))
        if self._trouble:
            return
        last = self._compared.remembered() if self._summary else None
        self._compared = since.Comparison(campaign, last)
        found = list(
            prepare.survey(
                self._installation, chosen=self._chosen, now=self._now(), compared=self._compared, keep=_links
            )
        )
        self._done = [each for each in found if isinstance(each, prepare.Previewed)]
        self._summary = next(each for each in found if isinstance(each, prepare.Summary))

    def told(self) -> str:
        """One line for the terminal: what there is now."""
        if self._trouble or self._summary is None:
            return self._trouble
        wrong = [str(each) for each in self._installation.errors]
        wrong += dict.fromkeys(each.trouble for each in self._done if each.trouble)
        made = sum(not each.trouble for each in self._done)
        line = f"{made} letters, {len(self._summary.variants)} texts"
        changed = f", {self._summary.changed} changed" if self._summary.changed else ""
        return "\n".join((f"{line}{changed}", *wrong))

    def answer(self, path: str) -> Answer:
        """Make one page. path: below the secret, "" for the index; letters are CODE/CONTACT.ENDING."""
        self.refresh()
        if path == "stamp":
            return Answer(content=self.stamp.encode(), kind="text/plain; charset=utf-8")
        if path == "watch.js":
            return Answer(content=_SCRIPT.encode(), kind="text/javascript; charset=utf-8")
        if self._trouble or self._summary is None:
            return _page_of(gallery.page("Trouble", f"<h1>Trouble</h1>\n<p class=bad>{escape(self._trouble)}</p>"))
        if path in ("", "index.html"):
            return _page_of(prepare.index(self._installation, self._done, self._summary, troubles=self._faults()))
        if path == "variants.html":
            files = {each.contact: each.files for each in self._done}
            return _page_of(gallery.variants(self._summary.variants, files, self._summary.untaken))
        return self._letter(path)

    def _faults(self) -> tuple[str, ...]:
        return tuple(str(each) for each in self._installation.errors)

    def _letter(self, path: str) -> Answer:
        name = unquote(path).partition("/")[2]
        campaign = self._installation.campaign
        contact = next((each for each in campaign.contacts if name.startswith(f"{each.id}.")), None)
        if contact is None:
            return Answer(content=b"there is no such page", kind="text/plain", status=HTTPStatus.NOT_FOUND)
        ending = name.removeprefix(f"{contact.id}.")
        try:
            letter = hand_out.written(self._installation, contact, today=self._now().date())
            return self._in_format(letter, ending)
        except MobilizeError as error:
            told = f"<h1>This letter cannot be made</h1>\n<p class=bad>{escape(error.sentence)}</p>"
            return _page_of(gallery.page("Trouble", told))

    def _in_format(self, letter: Letter, ending: str) -> Answer:
        if ending == "look.html":
            return _page_of(gallery.look(letter, len(pdf.png(letter, self._installation.campaign))))
        if (number := ending.removesuffix(".png")) != ending and number.isdigit():
            drawn = pdf.png(letter, self._installation.campaign)
            if 0 < int(number) <= len(drawn):
                return Answer(content=drawn[int(number) - 1], kind="image/png")
        for own, content in prepare.contents(self._installation, letter, now=self._now()).values():
            if own == ending:
                kind = _KINDS[ending.rpartition(".")[2]]
                return (
                    _page_of(content.decode()) if kind.startswith("text/html") else Answer(content=content, kind=kind)
                )
        return Answer(content=b"there is no such page", kind="text/plain", status=HTTPStatus.NOT_FOUND)


_KINDS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "eml": "text/plain; charset=utf-8",
    "docx": docx.CONTENT_TYPE,
}


def _links(letter: Letter, first: bool) -> tuple[Mapping[str, str], int]:  # noqa: FBT001 - as prepare.Keep has it
    """Where a letter's pages will be; nothing is made before it is asked for."""
    del first
    start = f"{letter.contact.country}/{letter.contact.id}"
    kinds = {"look": "look.html", "pdf": "pdf", "html": "html", "txt": "txt", "eml": "eml", "why": "why.html"}
    own = {"own_pdf": "own.pdf", "own_docx": "own.docx"} if letter.enclosure else {}
    return {kind: f"{start}.{ending}" for kind, ending in {**kinds, **own}.items()}, 1


def _page_of(text: str) -> Answer:
    """A page that looks every moment whether it is still the newest."""
    # A page's own policy would forbid that; the one in the answer's head takes its place.
    text = gallery.without_policy(text).replace("</head>", '<script src="/SECRET/watch.js" defer></script></head>', 1)
    return Answer(content=text.encode())


def _stamp(folder: Path) -> str:
    """What changes when a file of the campaign does: names, sizes and times, in one number."""
    found = []
    for part in _PARTS:
        path = folder / part
        for each in sorted(path.rglob("*")) if path.is_dir() else (path,):
            try:
                status = each.stat()
            except OSError:
                continue
            found.append((str(each), status.st_mtime_ns, status.st_size))
    return f"{hash(tuple(found)) & 0xFFFFFFFFFFFF:x}"


def watch(
    installation: Installation,
    *,
    chosen: Chosen,
    port: int,
    now: Callable[[], dt.datetime],
    told: Callable[[str], None],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Serve the pages on this machine until stopped or interrupted.

    port: 0 takes any that is free. told: is given the address first, then a line whenever something has changed.
    Raises Refused where the port is taken.
    """
    site = Site(installation, chosen=chosen, now=now)
    secret = secrets.token_urlsafe(9)
    try:
        server = HTTPServer(("127.0.0.1", port), _handler(site, secret))
    except OSError as error:
        raise Refused(f"port {port} cannot be used: {error.strerror}", hint="name another with --port") from error
    with server:
        server.timeout = _PAUSE
        told(f"http://127.0.0.1:{server.server_port}/{secret}/")
        seen = ""
        while not stopped():
            site.refresh()
            if site.stamp != seen:  # a page that was asked for may have seen it first
                seen = site.stamp
                told(site.told())
            server.handle_request()


def _handler(site: Site, secret: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request; says nothing of itself, and logs nothing."""

        #: A client that says nothing does not hold the others up.
        timeout = 2

        def do_GET(self) -> None:
            assert isinstance(self.server, HTTPServer)
            port = self.server.server_port
            # Another site's page may point its own name at this machine (DNS rebinding): it comes with that name.
            known = self.headers.get("Host", "") in {f"127.0.0.1:{port}", f"localhost:{port}"}
            first, _, rest = self.path.partition("?")[0].removeprefix("/").partition("/")
            if not known or not hmac.compare_digest(first.encode(), secret.encode()):
                found = Answer(content=b"there is no such page", kind="text/plain", status=HTTPStatus.NOT_FOUND)
            else:
                found = site.answer(rest)
            content = found.content.replace(b"/SECRET/", f"/{secret}/".encode(), 1)
            self.send_response(found.status)
            self.send_header("Content-Type", found.kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            del format, args

    return Handler
