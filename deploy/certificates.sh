#!/usr/bin/env bash
# The certificates of docker-compose.yml: an authority of its own, and from it one for every server.
#
#   sudo deploy/certificates.sh make    the authority and all certificates; refuses where there are any
#   sudo deploy/certificates.sh renew   a new key and certificate for every server, of the same authority
#
# Root, because every private key is readable by the user of its container and by nobody else.
#
#   CERTIFICATES      the directory: deploy/certificates unless set
#   CERTIFICATE_DAYS  how long a server's certificate lasts: 365 unless set
#   ALSO_<SERVER>     more names of a server, on machines of their own:
#                     ALSO_EVENTSTOREDB_1=DNS:es1.example.com,IP:10.0.0.11 (a renewal keeps them)
#   KEEP_OWNER=1      leaves the keys to whoever runs this; see to it that the containers can read them
set -euo pipefail
umask 077

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="${CERTIFICATES:-$here/certificates}"
days="${CERTIFICATE_DAYS:-365}"
authority_days=3650

# name, file, common name, owner: the users of the two images
servers=(
  'eventstoredb-1 node eventstoredb-node 1000:1000'
  'eventstoredb-2 node eventstoredb-node 1000:1000'
  'eventstoredb-3 node eventstoredb-node 1000:1000'
  'postgres server postgres 999:999'
)

die() {
  printf 'certificates.sh: %s\n' "$*" >&2
  exit 1
}

quietly() {
  local said
  said="$("$@" 2>&1)" || die "$1 $2 failed: $said"
}

# make_authority DIR
make_authority() {
  mkdir "$1/ca"
  cat > "$1/authority.cnf" << 'CNF'
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Writ cluster CA
[extensions]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
CNF
  quietly openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days "$authority_days" -config "$1/authority.cnf" \
    -keyout "$1/ca.key" -out "$1/ca/ca.crt"
  rm "$1/authority.cnf"
  chmod 755 "$1/ca"
  chmod 644 "$1/ca/ca.crt"
}

# names_of NAME CERTIFICATE: what a client may call the server; those of the certificate that there is stay
names_of() {
  local also
  also="ALSO_$(tr 'a-z-' 'A-Z_' <<< "$1")"
  if [[ -f "$2" ]]; then
    openssl x509 -in "$2" -noout -ext subjectAltName | sed -n '2{s/ *//; s/IP Address:/IP:/g; s/, /,/g; p}' | tr -d '\n'
  else
    printf 'DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1' "$1"
  fi
  printf '%s' "${!also:+,${!also}}"
}

# make_server DIR NAME FILE COMMON_NAME OWNER: writes FILE.key.new and FILE.crt.new, signed by the authority of $signer
make_server() {
  local dir="$1/$2" file="$1/$2/$3" names
  names="$(names_of "$2" "$file.crt")"
  mkdir -p "$dir"
  chmod 755 "$dir"
  cat > "$file.cnf" << CNF
[req]
distinguished_name = name
prompt = no
[name]
CN = $4
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $names
CNF
  quietly openssl req -new -newkey rsa:2048 -nodes -sha256 -config "$file.cnf" -keyout "$file.key.new" -out "$file.csr"
  quietly openssl x509 -req -sha256 -days "$days" -in "$file.csr" -CA "$signer/ca/ca.crt" -CAkey "$signer/ca.key" \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$file.cnf" -extensions extensions -out "$file.crt.new"
  rm "$file.cnf" "$file.csr"
  chmod 600 "$file.key.new"
  chmod 644 "$file.crt.new"
  [[ -n "${KEEP_OWNER:-}" ]] || chown "$5" "$file.key.new" "$file.crt.new"
}

# each_server COMMAND DIR: COMMAND DIR NAME FILE COMMON_NAME OWNER
each_server() {
  local server
  for server in "${servers[@]}"; do
    # shellcheck disable=SC2086 -- its four words
    "$1" "$2" $server
  done
}

put_in_place() {
  mv "$1/$2/$3.key.new" "$1/$2/$3.key"
  mv "$1/$2/$3.crt.new" "$1/$2/$3.crt"
}

drop_unfinished() {
  rm -f "$1/$2/$3".{key.new,crt.new,cnf,csr}
}

make() {
  [[ ! -e "$target" ]] || die "$target is there already. Renew what it holds, or move it away yourself."
  mkdir -p "$(dirname "$target")"
  signer="$(mktemp -d "$target.XXXXXX")"
  trap 'rm -rf "$signer"' EXIT
  make_authority "$signer"
  each_server make_server "$signer"
  each_server put_in_place "$signer"
  chmod 755 "$signer"
  mv "$signer" "$target"
  printf 'Made in %s. Keep ca.key where only you can read it: whoever has it is every server.\n' "$target"
}

renew() {
  [[ -f "$target/ca.key" && -f "$target/ca/ca.crt" ]] || die "no authority in $target: there is nothing to renew from."
  openssl x509 -in "$target/ca/ca.crt" -noout -checkend "$((days * 86400))" > /dev/null ||
    die 'the authority ends before a new certificate would. Make all anew, with everything stopped.'
  signer="$target"
  trap 'each_server drop_unfinished "$target"' EXIT
  each_server make_server "$target"
  each_server put_in_place "$target"
  printf 'Renewed in %s. Tell the servers: see "Rotate" in docs/operations.md.\n' "$target"
}

command -v openssl > /dev/null || die 'openssl is not on the PATH.'
[[ "$days" =~ ^[1-9][0-9]{0,3}$ ]] || die 'CERTIFICATE_DAYS is a number of days.'
[[ $# -eq 1 && "$1" =~ ^(make|renew)$ ]] || die 'say make, or renew.'
[[ -n "${KEEP_OWNER:-}" || "$(id -u)" -eq 0 ]] ||
  die "run this as root (sudo): the keys belong to the containers' users. Or set KEEP_OWNER=1, and see to that yourself."
"$1"
