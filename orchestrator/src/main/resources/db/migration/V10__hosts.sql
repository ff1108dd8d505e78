-- What is known of each machine: from its enrolment, and from what it last said of itself.

-- Every id ever given to an agent, so that none is given to another host again.
create table host_auid (
    auid     varchar(64)              not null primary key,
    host     varchar(64)              not null,
    given_at timestamp with time zone not null
);

create table host (
    name           varchar(64)              not null primary key,
    auid           varchar(64)              unique references host_auid (auid),  -- null: not enrolled
    address        varchar(300)             not null,
    port           int                      not null,
    ssh_user       varchar(64)              not null,
    tags           varchar(4000)            not null,   -- as given at enrolment, separated by blanks
    enrolled_at    timestamp with time zone,
    host_key       varchar(2000),                       -- pinned: type and base64
    presented_key  varchar(2000),                       -- shown instead of the pinned one
    agent_version  varchar(64),
    -- the way to it
    reachable      boolean                  not null,
    reason         varchar(32),                         -- why not, or what else is wrong
    detail         varchar(2000),
    since          timestamp with time zone not null,   -- of reachable and reason
    last_seen      timestamp with time zone,
    -- what a rollout is doing with it
    phase          varchar(16),
    phase_reason   varchar(32),
    phase_detail   varchar(2000),
    wanted_release char(64),
    -- what it says
    release_id     char(64),
    number         bigint                   not null,
    awaiting       boolean                  not null,
    drifted        int                      not null,
    clock_skew_ms  bigint                   not null,   -- its clock minus ours
    started_at     timestamp with time zone,            -- of its agent
    facts          varchar(100000)                      -- JSON
);
