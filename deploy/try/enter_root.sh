#!/usr/bin/env bash
# enter_root.sh WORK BASE COMMAND…: in a mount namespace of its own, makes WORK/engine the root and runs the command.
set -euo pipefail
work=$1 base=$2
shift 2
cd "$work/engine"
mount --make-rprivate /
mount --bind . .
cd "$work/engine"
mkdir -p try/{project,campaign,lent,python,postgres} old
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t sysfs sysfs sys 2> /dev/null || mount --rbind /sys sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --bind "$work/project" try/project
mount --bind "$work/campaign" try/campaign
mount --bind "$work/lent" try/lent
mount --bind "$work/$base" try/python
mount --bind "$work/postgres" try/postgres
cp -L /etc/resolv.conf etc/resolv.conf
pivot_root . old
umount -l /old
cat > /etc/containers/containers.conf << CONF
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=4096:4096"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
export BUILDAH_ISOLATION=chroot HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET
exec "$@"
