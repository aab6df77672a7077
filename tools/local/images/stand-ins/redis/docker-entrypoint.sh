#!/bin/sh
# Options or a configuration file alone mean: start redis-server with them.
set -eu
case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
exec "$@"
