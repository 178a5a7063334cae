#!/usr/bin/env bash
# Runs once, when the database's volume is new. Neither role is a superuser: the owner migrates, and the application works
# as a role that owns nothing, so that row-level security applies to it. What it may do is granted by the migrations.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=owner_password="$OWNER_PASSWORD" --set=app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE jiandu_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE jiandu_app LOGIN PASSWORD :'app_password';
CREATE DATABASE jiandu OWNER jiandu_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE jiandu FROM PUBLIC;
GRANT CONNECT ON DATABASE jiandu TO jiandu_app;
SQL
