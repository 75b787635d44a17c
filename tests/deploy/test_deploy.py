"""What cannot be run here is read by its own parser, and compared with the program: commands, settings, figures."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from mobilize.post import metrics
from mobilize.settings import Settings
from servers.smtp import faulty_server

DEPLOY = ROOT / "deploy"
MOBILIZE = Path(sys.executable).with_name("mobilize")

#: Settings of the containers that are not the program's.
THEIRS = {"CAMPAIGN", "POSTGRES_PASSWORD"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's, lines that go on joined."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Containerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def copied(words: str) -> list[str]:
    """What a COPY takes from the project; nothing where it takes from another stage."""
    return [] if words.startswith("--from=build ") else words.split()[:-1]


def understood(words: list[str]) -> bool:
    """Whether the command line takes these words: with --help behind them it parses and does nothing."""
    done = subprocess.run([MOBILIZE, *words, "--help"], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode == 0 and "Usage" in done.stdout


def options(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("--")}


def offered(words: list[str]) -> str:
    commands = list(takewhile(lambda word: not word.startswith("-"), words))
    return subprocess.run([MOBILIZE, *commands, "--help"], capture_output=True, text=True, check=False).stdout


def test_the_image_is_made_of_what_is_here_and_runs_as_nobody_in_particular() -> None:
    found = instructions()
    assert {name for name, _ in found} <= {
        "FROM", "ENV", "WORKDIR", "COPY", "RUN", "VOLUME", "USER", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    for name, words in found:
        if name == "COPY":
            for source in copied(words):
                assert (ROOT / source).exists(), source
        if name in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(words), list)
        if name == "RUN":
            for installs in re.findall(r"pip install [^&]*", words):
                # pip fetches nothing but what a lock names: no builder of its own choice either.
                assert "--require-hashes" in installs or "--no-deps" in installs
                assert "build.lock" in installs or "--no-build-isolation" in installs
            subprocess.run(["sh", "-n", "-c", words], check=True)
    users = [words for name, words in found if name == "USER"]
    assert users == ["10001:10001"]
    assert [name for name, _ in found].index("USER") > max(
        place for place, (name, _) in enumerate(found) if name == "RUN"
    )
    building, running = [words for name, words in found if name == "FROM"]
    assert building == f"{running} AS build"
    assert not running.endswith(":latest")
    # The user has a group of that number: `useradd --system` gives it another.
    [makes] = [words for name, words in found if name == "RUN" and "useradd" in words]
    assert "groupadd --gid 10001" in makes
    assert "useradd --uid 10001 --gid 10001" in makes
    assert "--owner=10001 --group=10001 --mode=0700 /state" in makes


def test_what_the_build_copies_is_let_through_to_it() -> None:
    let = {line[1:] for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {source for name, words in instructions() if name == "COPY" for source in copied(words)} == let
    assert (ROOT / ".dockerignore").read_text("utf-8") == (ROOT / ".containerignore").read_text("utf-8")
    assert "**/.env" in (ROOT / ".containerignore").read_text("utf-8")


def pinned(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)", path.read_text("utf-8"), re.MULTILINE))


def test_the_images_lock_is_the_projects_and_holds_all_that_runs() -> None:
    image, all_of_it = pinned(DEPLOY / "requirements.lock"), pinned(ROOT / "requirements.lock")
    assert image.items() <= all_of_it.items()
    assert {"psycopg", "procrastinate", "fastapi", "uvicorn", "alembic", "typst"} <= set(image)
    assert not {"pytest", "playwright", "mypy", "hatchling"} & set(image)


def test_what_only_builds_is_pinned_and_does_not_stay_in_the_image() -> None:
    builds, runs = pinned(DEPLOY / "build.lock"), pinned(DEPLOY / "requirements.lock")
    assert {"hatchling", "setuptools"} <= set(builds)
    for name in builds.keys() & pinned(ROOT / "requirements.lock").keys():
        assert builds[name] == pinned(ROOT / "requirements.lock")[name]
    [gone] = re.findall(r"pip uninstall --yes ([a-z -]+)", " ".join(words for _, words in instructions()))
    assert set(gone.split()) == builds.keys() - runs.keys() | {"pip"}


def test_the_services_are_there_and_nothing_is_open_to_the_world() -> None:
    found = compose()
    services = found["services"]
    assert {"db", "upgrade", "web", "worker-1", "worker-2", "sandbox-worker-1", "sandbox-worker-2", "sandbox"} <= set(
        services
    )
    for name, service in services.items():
        assert "privileged" not in service
        assert not str(service["image"]).endswith("postgres:latest")
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} is open to the world at {port}"
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in found["volumes"] or source.startswith("${CAMPAIGN")
        for other in service.get("depends_on", {}):
            assert other in services
        if "mobilize:latest" in service["image"]:
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["env_file"] == [".env"]


def test_nothing_depends_on_a_service_that_ends() -> None:
    # Podman 5.4 does not start such a service again when it was killed, and 4.3 not even once.
    services = compose()["services"]
    ending = {name for name, each in services.items() if each.get("restart") == "no"}
    assert "upgrade" in ending
    for name, service in services.items():
        assert not set(service.get("depends_on", {})) & ending, name
    # So it waits for its database by itself, and who finds no ledger is started again.
    assert "--wait" in services["upgrade"]["command"]
    for name in ("web", "worker-1", "worker-2", "sandbox-worker-1", "sandbox-worker-2"):
        assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [name for name, each in compose()["services"].items() if "readyz" in str(each)])
def test_a_service_is_healthy_as_long_as_it_says_that_it_is_ready(name: str) -> None:
    answers = {"/readyz": 200}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers.get(self.path, 404))
            self.end_headers()

        def log_message(self, *args: object) -> None:
            del args

    how, command = compose()["services"][name]["healthcheck"]["test"]
    # Not CMD: podman-compose 1.3, of Debian 13, gives its words to a shell without quotes.
    assert how == "CMD-SHELL"
    port = compose()["services"][name]["command"][-1].rpartition(":")[2]
    assert f":{port if port.isdecimal() else 8000}/" in command
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{server.server_port}", command)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        for status, healthy in ((200, True), (503, False)):
            answers["/readyz"] = status
            done = subprocess.run(["sh", "-c", here], env={"PATH": path}, capture_output=True, check=False)
            assert (done.returncode == 0) is healthy, done.stderr
        server.shutdown()


def test_the_database_is_healthy_when_others_can_reach_it() -> None:
    # While the image makes its database it answers at its socket, and ends again.
    assert "--host=127.0.0.1" in compose()["services"]["db"]["healthcheck"]["test"][1]


def test_a_sandbox_worker_speaks_to_its_own_loopback_alone() -> None:
    services = compose()["services"]
    for name in ("sandbox-worker-1", "sandbox-worker-2", "sandbox-lead"):
        service = services[name]
        assert service["network_mode"] == "service:sandbox"
        settings = {key: value for key, value in service["environment"].items() if key.startswith("SMTP_")}
        assert settings == {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": "1025",
            "SMTP_SECURITY": "none",
            "SMTP_SANDBOX": "yes",
        }
    # They share one network: each needs a port of its own.
    ports = [services[name]["command"][-1] for name in ("sandbox-worker-1", "sandbox-worker-2")]
    assert len(set(ports)) == 2


@pytest.mark.parametrize("name", [name for name, each in compose()["services"].items() if "command" in each])
def test_the_commands_of_the_services_exist(name: str) -> None:
    service = compose()["services"][name]
    if "mobilize" not in service["image"]:
        return
    words = [re.sub(r"\$\{[^}]*:-([^}]*)\}", r"\1", str(word)) for word in service["command"]]
    assert understood(words), words
    assert all(option in offered(words) for option in options(words))


def test_settings_of_the_containers_are_settings() -> None:
    known = {name.upper() for name in Settings.model_fields}
    example = [line for line in (DEPLOY / "env.example").read_text("utf-8").splitlines() if re.match(r"[A-Z_]+=", line)]
    assert {line.partition("=")[0] for line in example} - known == THEIRS
    wanted = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    assert wanted == THEIRS
    for service in compose()["services"].values():
        if "mobilize" in service["image"]:
            assert set(service.get("environment", ())) <= known


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda path: path.stem)
def test_the_units_are_ones_that_systemd_takes(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text("utf-8")
    [start] = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = shlex.split(start.replace("%i", "1"))
    assert words[0] == "/opt/mobilize/bin/mobilize"
    assert understood(words[1:])
    assert all(option in offered(words[3:]) for option in options(words[3:]))
    assert "User=mobilize" in text
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("NO systemd-analyze: the units were not verified by systemd itself")
    # Its own check, of the unit with a program that is there.
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(text.replace("/opt/mobilize/bin/mobilize", str(MOBILIZE)).replace("User=mobilize", "User=daemon"))
    done = subprocess.run([analyse, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.name.partition("@")[0].removesuffix(".service") in line]
    assert ours == [], done.stderr
    # Its measure of what a broken service could reach: 0 is nothing, 10 all; exits 1 above the threshold, in tenths.
    exposed = [analyse, "security", "--offline=true", "--threshold=20", copy]
    done = subprocess.run(exposed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def exported() -> set[str]:
    """The names of the figures that a worker tells."""
    text = metrics.of_worker(
        campaign="c",
        letters={"sent": 1},
        shards={"done": 1},
        recovered={"queued": 1},
        differing=0,
        away=0,
        in_hand=0,
        sending=0,
        queued={"todo": 1},
        standing={(1, "sent"): 1},
        ready=True,
    )
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def asked_for(expression: str) -> set[str]:
    return set(re.findall(r"\bmobilize_\w+", expression))


def test_the_dashboard_asks_for_figures_that_are_told_and_for_all_of_them() -> None:
    board = json.loads((DEPLOY / "grafana" / "mobilize.json").read_text("utf-8"))
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked = {name for expression in expressions for name in asked_for(expression)}
    assert asked == exported()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for expression in expressions:
        assert expression.count("(") == expression.count(")")
        assert expression.count("{") == expression.count("}")
        # A counter is read by its rate, a gauge as it stands.
        for name in asked_for(expression):
            assert name.endswith("_total") == (f"rate({name}" in expression)
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)


def test_the_alerts_watch_figures_that_are_told() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    for name in config["rule_files"]:
        rules = yaml.safe_load((DEPLOY / "prometheus" / name).read_text("utf-8"))
        found = [rule for group in rules["groups"] for rule in group["rules"]]
        assert found
        for rule in found:
            assert asked_for(rule["expr"])
            assert asked_for(rule["expr"]) <= exported()
            assert rule["annotations"]["summary"]
    unit = (DEPLOY / "systemd" / "mobilize-worker@.service").read_text("utf-8")
    targets = {target for each in config["scrape_configs"] for s in each["static_configs"] for target in s["targets"]}
    assert {target.replace("%i", "") for target in re.findall(r"127\.0\.0\.1:946", unit)} == {
        target[:-1] for target in targets
    }


def test_a_worker_needs_no_right_to_write_but_to_its_state(
    campaign_folder: Callable[..., Path], sandbox_env: Callable[[int], str], on_postgres: str, tmp_path: Path
) -> None:
    """As in its container: an unprivileged user, a home that is not there, a campaign folder that is only read."""
    del on_postgres
    state = tmp_path / "kept"
    state.mkdir()
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        words: list[str | Path] = []
        if os.geteuid() == 0:
            os.chown(state, 65534, 65534)
            for each in (tmp_path, *tmp_path.parents[:2]):
                each.chmod(0o755)
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o555 if each.is_dir() else 0o444)
        environment = {**os.environ, "HOME": "/nonexistent", "XDG_STATE_HOME": str(state)}
        for command in (["send", "--yes", "--to-workers"], ["worker", "--until-empty"]):
            done = subprocess.run(
                [*words, MOBILIZE, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
    assert done.stdout == "6 sent\n"
    assert not (folder / ".mobilize").exists()


def test_an_env_file_of_another_user_is_named(campaign_folder: Callable[..., Path]) -> None:
    # As in a container whose user is not the one that wrote the campaign folder.
    folder = campaign_folder()
    (folder / ".env").chmod(0 if os.geteuid() else 0o600)
    words: list[str | Path] = []
    if os.geteuid() == 0:
        os.chown(folder / ".env", 65534, 65534)
        words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*words, MOBILIZE, "--campaign", folder, "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "may not be read by this user" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
