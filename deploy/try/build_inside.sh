#!/usr/bin/env bash
# In the engine's root: stand-ins for the images of others, then our own, by the Containerfile as it is.
set -euo pipefail
cd /try/project

# stand_in NAME ROOT [buildah config words]: the folder becomes an image of that name
stand_in() {
  local container mounted
  container=$(buildah from scratch)
  mounted=$(buildah mount "$container")
  cp -a "$2/." "$mounted/"
  buildah umount "$container" > /dev/null
  buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin "${@:3}" "$container"
  buildah commit --quiet --rm "$container" "$1" > /dev/null
}
named() { sed -nE "s#^ *(image:|FROM) *($1[^ ]*).*#\2#p" deploy/compose.yaml deploy/Containerfile | head -1; }

rm -rf /var/lib/containers/storage
stand_in "$(named docker.io/library/python)" /try/python
cp deploy/try/postgres_entrypoint.sh /try/postgres/usr/local/bin/docker-entrypoint.sh
chmod 755 /try/postgres/usr/local/bin/docker-entrypoint.sh
stand_in "$(named docker.io/library/postgres)" /try/postgres --entrypoint '["docker-entrypoint.sh"]' --cmd postgres \
  --volume /var/lib/postgresql/data --stop-signal SIGINT

buildah build --pull=never --network host --volume /try/lent/pip.conf:/etc/pip.conf:ro \
  --volume /try/lent/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro \
  -f deploy/Containerfile -t mobilize . > /tmp/build.log 2>&1 || { tail -30 /tmp/build.log; exit 1; }
grep -iE "warning|error" /tmp/build.log | grep -v "Running pip as the 'root'" || true

container=$(buildah from --pull=never mobilize)
buildah copy --quiet "$container" deploy/try/letter_catcher.py /letter_catcher.py > /dev/null
buildah config --entrypoint '["python", "/letter_catcher.py"]' --cmd '' "$container"
buildah commit --quiet --rm "$container" "$(named docker.io/axllent/mailpit)" > /dev/null
podman images
