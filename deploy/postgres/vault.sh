#!/usr/bin/env bash
# At the first start of an empty PostgreSQL: a database for the vault, and a user that can do nothing but keep it.
set -euo pipefail

psql --username=postgres --dbname=postgres --no-psqlrc --quiet -v ON_ERROR_STOP=1 << 'SQL'
\getenv password VAULT_PASSWORD
-- A statement that fails would be logged, with the password in it.
SET log_min_error_statement = 'panic';
CREATE ROLE writ LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE writ OWNER writ;
REVOKE ALL ON DATABASE writ FROM PUBLIC;
SQL
