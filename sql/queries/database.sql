-- query: database_time
select clock_timestamp();

-- query: applied_migrations
select name from migrations;
