-- Run it once, as PostgreSQL's superuser. It creates the owner of the tables, and a user who only works with their rows.
--     sudo -u postgres psql -v owner_password=… -v password=… -f postgresql.sql
\set ON_ERROR_STOP on
create role chatserver_owner login password :'owner_password';
create role chatserver login password :'password';
create database chatserver owner chatserver_owner encoding 'UTF8' locale 'C.UTF-8' template template0;
revoke all on database chatserver from public;
grant connect on database chatserver to chatserver;

\connect chatserver
alter schema public owner to chatserver_owner;
revoke all on schema public from public;
grant usage on schema public to chatserver;
alter default privileges for role chatserver_owner in schema public
    grant select, insert, update, delete on tables to chatserver;
