#!/bin/sh
# Creates the cluster once (PGDATA is an emptyDir), one database and owner per name in DATABASES
# (space separated, password POSTGRES_PASSWORD), then serves. A half-made cluster is made again.
set -eu
: "${DATABASES:?the databases to create, e.g. appname_dev}" "${POSTGRES_PASSWORD:?the password of their owners}"
PORT="${PORT:-5432}"
SOCKET_DIR="${SOCKET_DIR:-/tmp}"

create_cluster() {
  rm -rf "$PGDATA"
  initdb --pgdata="$PGDATA" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync \
    --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  # Reachable over the socket alone until every database is there: ready means complete.
  pg_ctl --pgdata="$PGDATA" --silent --wait --options="-c listen_addresses='' -p $PORT -k $SOCKET_DIR -c fsync=off" start
  for name in $DATABASES; do
    psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --host="$SOCKET_DIR" --port="$PORT" --username=postgres \
      --set=name="$name" --set=password="$POSTGRES_PASSWORD" postgres <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
SQL
  done
  pg_ctl --pgdata="$PGDATA" --silent --wait --mode=fast stop
  touch "$PGDATA/.complete"
}

[ -e "$PGDATA/.complete" ] || create_cluster

# Nothing here outlives its Pod, so durability costs are not paid.
exec postgres -D "$PGDATA" -p "$PORT" -k "$SOCKET_DIR" -c listen_addresses='*' \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
  -c jit=off -c max_connections=300 -c shared_buffers=64MB -c log_min_duration_statement=1000
