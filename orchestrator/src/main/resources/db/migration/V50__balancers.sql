-- The version of the peers document that each load balancer was last given: it takes only higher ones.

create table balancer (
    host        varchar(64)  primary key,
    version     bigint       not null,
    digest      char(64)     not null   -- PeersContent.digest()
);
