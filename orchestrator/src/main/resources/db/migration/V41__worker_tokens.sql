-- What an agent, or a script on its host, shows when it reports over HTTP: one a worker, good for nothing else.
create table worker_token (
    auid       varchar(64)              not null primary key,
    token_hash char(64)                 not null unique,   -- SHA-256, hex
    created_at timestamp with time zone not null
);
