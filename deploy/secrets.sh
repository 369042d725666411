#!/usr/bin/env bash
# Makes the .env of docker-compose.yml, with every secret of deploy/env.example. Refuses to overwrite one: the master key in it
# is the only way to what the vault holds.
#
#   deploy/secrets.sh [FILE]   .env beside docker-compose.yml unless given
set -euo pipefail
umask 077

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
file="${1:-$here/../.env}"

die() {
  printf 'secrets.sh: %s\n' "$*" >&2
  exit 1
}

[[ ! -e "$file" ]] || die "$file is there already."
command -v openssl > /dev/null || die 'openssl is not on the PATH.'

# Hexadecimal where it goes into a connection string, so that nothing needs escaping.
master_key="$(openssl rand -base64 32)"
operator_token="wop_$(openssl rand -hex 32)"
event_store_admin="$(openssl rand -hex 24)"
event_store_ops="$(openssl rand -hex 24)"
postgres="$(openssl rand -hex 24)"
vault="$(openssl rand -hex 24)"

unfinished="$(mktemp "$file.XXXXXX")"
trap 'rm -f "$unfinished"' EXIT
cat > "$unfinished" << ENV
WRIT_MASTER_KEY=$master_key
WRIT_OPERATOR_TOKEN=$operator_token
EVENTSTORE_ADMIN_PASSWORD=$event_store_admin
EVENTSTORE_OPS_PASSWORD=$event_store_ops
POSTGRES_PASSWORD=$postgres
VAULT_PASSWORD=$vault
ENV
ln "$unfinished" "$file" || die "$file is there already."
printf 'Made %s. Keep a copy of it in another place, away from the backups.\n' "$file"
