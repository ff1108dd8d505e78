-- Who may do what. Secrets are kept as hashes only.

create table access_user (
    name          varchar(64)              not null primary key,
    password_hash varchar(100)             not null,   -- bcrypt
    rights        varchar(100)             not null,   -- words, separated by blanks
    created_at    timestamp with time zone not null
);

create table access_token (
    id           varchar(16)              not null primary key,
    token_hash   char(64)                 not null unique,   -- SHA-256, hex
    label        varchar(100)             not null,
    owner        varchar(64)              not null references access_user (name) on delete cascade,
    rights       varchar(100)             not null,
    created_at   timestamp with time zone not null,
    last_used_at timestamp with time zone
);
create index access_token_by_owner on access_token (owner);

-- A browser's sign-in; survives a restart of the orchestrator, and holds for every orchestrator on this database.
create table access_session (
    session_hash char(64)                 not null primary key,   -- SHA-256, hex
    user_name    varchar(64)              not null references access_user (name) on delete cascade,
    created_at   timestamp with time zone not null,
    expires_at   timestamp with time zone not null
);
create index access_session_by_end on access_session (expires_at);
