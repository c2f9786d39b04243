-- Whose database this is: what the courier sends goes out in the name of one site only, never in that of its copy.

create table installation (     -- one row, once a process with ORIGINS has started
    id boolean primary key default true check (id),
    origin text not null        -- the first of ORIGINS
);
