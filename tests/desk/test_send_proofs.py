"""Letters to oneself, the receipt of a round, and the doctor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mobilize.desk import doctor, receipt, rehearse, send, status
from mobilize.desk import outbox as desk
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused, ServerUnreachable
from mobilize.installation import Installation, opened
from mobilize.letter import token
from mobilize.post.receipt import Forged, Line, check, write
from servers.smtp import Server, faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]
SECRET = b"a secret of this installation"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def send_all(installation: Installation, *, patience: float = 0) -> send.Sent:
    plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
    return send.send(installation, plan, now=now, told=lambda *_: None, patience=patience)


# --- to oneself ------------------------------------------------------------------------------------------------------


def test_a_letter_of_each_kind_goes_to_oneself_and_to_nobody_else(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        done = rehearse.rehearse(installation, "lead@office.example", chosen=Chosen(), round=1, limit=None, now=now())
        assert len(done.contacts) == len(server.taken) >= 4
        assert done.refused == {}
        assert status.fates(installation, 1) == []
        real = send_all(installation)
        assert real.states == {"sent": 6}
    tests, letters = server.taken[: len(done.contacts)], server.taken[len(done.contacts) :]
    assert {address for each in tests for address in each.recipients} == {"lead@office.example"}
    for each in tests:
        message = message_from_bytes(each.data, policy=policy.default)
        assert message["To"] == "lead@office.example"
        assert message["Subject"].startswith("[TEST] ")
        assert message["Cc"] is None
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            assert part is not None
            assert "was not sent to its addressee" in part.get_content()
        reply = str(message["Reply-To"]).partition("+r.")[2].partition("@")[0]
        assert token.read(installation.secret, reply, now().date()) is None
    ids = {str(message_from_bytes(each.data)["Message-ID"]) for each in tests}
    assert not ids & {str(message_from_bytes(each.data)["Message-ID"]) for each in letters}


def test_one_recipients_letter_goes_to_oneself(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        chosen = Chosen(countries=("KE",))
        rehearse.rehearse(installation, "lead@office.example", chosen=chosen, round=1, limit=None, now=now())
    (taken,) = server.taken
    assert b"ke-minister-" in taken.data


@pytest.mark.parametrize("to", ["", "lead", "a@b@c", "lead@office.example\r\nBcc: all@x.example"])
def test_to_whom_it_goes_must_be_an_address(campaign_folder: MakeFolder, sandbox_env: Env, to: str) -> None:
    with opened(campaign_folder(env=sandbox_env(1))) as installation, pytest.raises(Refused):
        rehearse.rehearse(installation, to, chosen=Chosen(), round=1, limit=None, now=now())


def test_a_refused_rehearsal_is_said(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    state = Server(refused={"lead@office.example": "550 5.1.1 who?"})
    with faulty_server(state) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        done = rehearse.rehearse(installation, "lead@office.example", chosen=Chosen(), round=1, limit=2, now=now())
    assert len(done.refused) == len(done.contacts) == 2


# --- receipt ---------------------------------------------------------------------------------------------------------


def lines(count: int) -> list[Line]:
    return [
        Line(
            letter=f"letter{number}",
            digest="0" * 64,
            sha256="1" * 64,
            message_id=f"<{number}@wluml.org>",
            attempt=1,
            at="2013-11-12T09:00:00+00:00",
            host="mail.wluml.org",
            code=250,
            answer="2.0.0 queued as é1",
        )
        for number in range(count)
    ]


def made() -> bytes:
    return write(SECRET, "whrd-2013", 1, lines(3), now=dt.datetime(2013, 11, 12, 10, tzinfo=dt.UTC))


def test_one_changed_byte_fails_wherever_it_is() -> None:
    data = made()
    assert check(data, SECRET).letters == 3
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(Forged):
            check(changed)


@pytest.mark.parametrize(
    "change", [lambda d: d + b"\n", lambda d: d[:-1], lambda _: b"", lambda d: d + d, lambda d: b"\n" + d]
)
def test_what_is_added_or_cut_off_fails(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Forged):
        check(change(made()))


def test_a_line_taken_out_or_doubled_fails() -> None:
    rows = made().splitlines(keepends=True)
    for changed in (rows[:1] + rows[2:], rows[:2] + rows[1:], [rows[0], rows[2], rows[1], *rows[3:]]):
        with pytest.raises(Forged):
            check(b"".join(changed))


def test_another_installations_receipt_is_good_and_not_ours() -> None:
    data = made()
    assert check(data).fingerprint == check(data, SECRET).fingerprint
    with pytest.raises(Forged, match="another installation"):
        check(data, b"another secret")


def test_the_receipt_of_a_round_says_what_the_server_said(
    campaign_folder: MakeFolder, sandbox_env: Env, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.jsonl"
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        with pytest.raises(Refused, match="no letter"):
            receipt.make(installation, 1, path, now=now())
        send_all(installation)
        assert receipt.make(installation, 1, path, now=now()) == 6
        assert receipt.verify(path, installation.secret).letters == 6
    text = path.read_text("utf-8")
    assert text.count("2.0.0 queued as 1F2E3D") == 6
    assert "@mfa" not in text
    assert path.stat().st_mode & 0o077 == 0
    path.write_text(text.replace("queued as 1F2E3D", "queued as 1F2E3E", 1))
    with pytest.raises(Refused, match="changed after it was signed"):
        receipt.verify(path)


# --- doctor ----------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_where_all_is_well(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        send_all(installation)
        assert doctor.examine(installation, now=now()) == []


def test_every_letter_that_is_stuck_is_explained(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    state = Server(refused={"minister@mfa.ke.example": "550 5.1.1 no", "ministre@mae.sn.example": "450 4.2.0 later"})
    state.faults["text"] = "drop"
    state.times["text"] = 1
    with faulty_server(state) as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        send_all(installation)
        desk.pause(installation, by="Amina", now=now())
        found = doctor.examine(installation, now=now())
    said = {each.contact.partition("-")[0]: each for each in found}
    assert "no such mailbox" in said["ke"].what
    assert "--only-failed" in said["ke"].do
    assert "takes no mail now" in said["sn"].what
    assert "nothing before" in said["sn"].do
    doubtful = [each for each in found if "outbox resolve" in each.do]
    assert len(doubtful) == 1
    assert any("Amina paused sending" in each.what for each in found)
    assert all(each.do for each in found)
    assert not any("@" in each.what + each.do for each in found)


def test_a_campaign_that_cannot_send_at_all_is_explained(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder(env="SMTP_HOST=mail.relay.org\nSMTP_SECURITY=none\n")
    toml = folder / "campaign.toml"
    toml.write_text(toml.read_text("utf-8").replace("# not_after = ", "not_after = "))
    with opened(folder) as installation:
        found = {each.about: each for each in doctor.examine(installation, now=now())}
    assert "this machine alone" in found["settings"].what
    assert "it ended on 2013-11-26" in found["campaign"].what


def test_letters_of_a_program_that_died_are_told_of(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    from mobilize.store.schema import letters  # noqa: PLC0415

    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        server.faults["connect"] = "drop"
        with pytest.raises(ServerUnreachable):
            send_all(installation)
        with installation.store.writing() as connection:
            connection.execute(letters.update().values(state="sending", holder="0123456789abcdef"))
        found = doctor.examine(installation, now=now())
    assert len(found) == 6
    assert all("the program that was sending it ended" in each.what for each in found)
