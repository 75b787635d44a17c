#!/bin/sh
# The few things of the official image's entry point that compose.yaml stands on.
set -e
PATH=/usr/lib/postgresql/17/bin:$PATH
data=/var/lib/postgresql/data
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
mkdir -p $data /run/postgresql
chown postgres:postgres $data /run/postgresql
chmod 700 $data
if [ ! -s $data/PG_VERSION ]; then
  printf %s "$POSTGRES_PASSWORD" > /run/postgresql/password
  chown postgres /run/postgresql/password
  as_postgres initdb -D $data --username="$POSTGRES_USER" --pwfile=/run/postgresql/password --auth-local=trust \
    --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  rm /run/postgresql/password
  echo "host all all all scram-sha-256" >> $data/pg_hba.conf
  as_postgres pg_ctl -D $data -w -o "-c listen_addresses=''" start
  as_postgres psql -U "$POSTGRES_USER" -d postgres -c "create database $POSTGRES_DB"
  as_postgres pg_ctl -D $data -w stop
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D $data -c listen_addresses='*'
