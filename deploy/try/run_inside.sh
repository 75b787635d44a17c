#!/usr/bin/env bash
# In the engine's root and a network of its own: the image alone, then all services of compose.yaml, `sandbox` of them.
set -euo pipefail
ip link set lo up
# Relative names, as docs/deploy.md writes the commands.
cd /try/project/deploy
# What an earlier try left.
{ podman pod rm -af && podman rm -af && podman volume rm -af && podman network prune -f; } > /dev/null 2>&1 || true
ok() { echo "ok: $*"; }
fail() {
  echo "FAILED: $*" >&2
  podman ps -a --format '{{.Names}} {{.Status}}' >&2
  for each in $(podman ps -aq); do podman logs --tail 5 "$each" >&2 || true; done
  exit 1
}
# says PATTERN COMMAND…: whether a line of what it says is like that (no pipe: grep -q would end the command early)
says() { grep -qE "$1" <<< "$("${@:2}" 2>&1)"; }
# patiently SECONDS COMMAND…: again and again, till it succeeds
patiently() {
  local end=$((SECONDS + $1))
  until "${@:2}" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "$* did not come true"
    sleep 1
  done
}

# --- The image alone, as compose.yaml runs it, without any network ---
alone() {
  podman run --rm --network none --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
    --volume /try/campaign:/campaign:ro --volume alone:/state "$@"
}
says "^Usage: mobilize" alone mobilize --help || fail "no help"
ok "mobilize --help"
says "^uid=10001.mobilize. gid=10001.mobilize. groups=10001.mobilize.$" alone --entrypoint id mobilize || fail "user"
says "^10001:10001 700$" alone --entrypoint stat mobilize -c '%u:%g %a' /state || fail "/state"
alone --entrypoint sh mobilize -c 'touch /state/x /tmp/x && ! touch /x && ! touch /campaign/x' 2> /dev/null \
  || fail "writes elsewhere, or not to /state and /tmp"
ok "user 10001 of group 10001, writes to /state and /tmp alone"
says "^0 errors, 0 warnings" alone mobilize check || fail "check"
ok "mobilize check in a campaign folder that is only read"
install -m 600 /dev/null /try/campaign/.env
says "may not be read by this user" alone mobilize check || fail ".env"
rm /try/campaign/.env
ok "a .env that is another user's is named"
# Its ledger wants a folder to write to; the fonts of every script come with the image.
alone --entrypoint sh mobilize -c 'cp -r /campaign /tmp/own && mobilize --campaign /tmp/own preview' > /dev/null \
  || fail "preview"
ok "mobilize preview sets the letters"
podman volume rm alone > /dev/null

# --- compose.yaml ---
random() { head -c 32 /dev/urandom | base64 -w0 | tr +/ -_; }
sed -e "s|^CAMPAIGN=.*|CAMPAIGN=/try/campaign|" -e "s|^POSTGRES_PASSWORD=.*|POSTGRES_PASSWORD=$(random | tr -d =-)|" \
  -e "s|^MOBILIZE_SECRET=.*|MOBILIZE_SECRET=$(random)|" -e "s|^MOBILIZE_KEY=.*|MOBILIZE_KEY=$(random)|" \
  -e "s|^PUBLIC_URL=.*|PUBLIC_URL=https://letters.example.org|" env.example > .env
compose() { podman-compose --profile sandbox "$@" < /dev/null; }
# No systemd here whose timers would ask the services for their health.
while sleep 3; do
  for each in $(podman ps -q); do podman healthcheck run "$each" > /dev/null 2>&1 || true; done
done &
compose up -d > /tmp/up.log 2>&1 || { cat /tmp/up.log >&2; fail "compose up"; }
healthy() { says "^healthy$" podman inspect "mobilize_$1_1" --format '{{.State.Health.Status}}'; }
for each in db web sandbox-worker-1 sandbox-worker-2; do patiently 60 healthy $each; done
says "^Ledger version .* .made" podman logs mobilize_upgrade_1 || fail "upgrade"
ok "compose up: db, web and two workers are healthy, the ledger is made"
for each in healthz readyz; do says "^ok$" curl -sf "http://127.0.0.1:8000/$each" || fail "$each"; done
says "<html" curl -sfL http://127.0.0.1:8000/ || fail "the page for partners"
says "^mobilize_" podman exec mobilize_sandbox-worker-1_1 python -c \
  'import urllib.request as web; print(web.urlopen("http://127.0.0.1:9464/metrics").read().decode())' || fail "metrics"
ok "/healthz, /readyz, the page for partners, a worker's /metrics"

compose --profile lead run --rm --no-deps -T sandbox-lead send --to-workers --yes > /tmp/send.log 2>&1 \
  || { cat /tmp/send.log >&2; fail "send"; }
letters() { says "\"total\": $1," curl -sf http://127.0.0.1:8025/api/v1/messages; }
patiently 60 letters 6
sleep 3
letters 6 || fail "more than six letters"
ok "the lead sends: six letters came, each once"
kill -9 "$(podman inspect mobilize_sandbox-worker-1_1 --format '{{.State.Pid}}')"
sleep 3
patiently 60 healthy sandbox-worker-1
says "^running$" podman inspect mobilize_sandbox-worker-1_1 --format '{{.State.Status}}' || fail "not started again"
ok "a worker that was killed is started again"
podman stop --time 30 mobilize_db_1 > /dev/null
patiently 30 says "^503$" curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8000/readyz
curl -sf http://127.0.0.1:8000/healthz > /dev/null || fail "healthz while the database is away"
podman start mobilize_db_1 > /dev/null
patiently 60 curl -sf http://127.0.0.1:8000/readyz
ok "/readyz is 503 while the database is away, and ok again after"
for each in web sandbox-worker-1 sandbox-worker-2; do
  podman stop --time 60 "mobilize_${each}_1" > /dev/null
  says "^0$" podman inspect "mobilize_${each}_1" --format '{{.State.ExitCode}}' || fail "$each did not end by itself"
done
ok "SIGTERM ends pages and workers in good order"
compose down -v > /dev/null 2>&1 || true
echo "The image and the services of compose.yaml do what docs/deploy.md says."
