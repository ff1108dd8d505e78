-- What agents last reported, one row a kind; its history is in the metrics tree.
create table worker_report (
    auid        varchar(64)              not null,
    kind        varchar(16)              not null,   -- status, backup, service, sysinfo, drift
    reported_at timestamp with time zone not null,
    body        varchar(300000)          not null,   -- JSON
    primary key (auid, kind)
);
