-- What is known of each watched source: how its last look ended, and the revision that was last announced.
create table source_state (
    source varchar(64) not null primary key,
    -- digest of the whole spec for which the revision was announced
    spec_key varchar(64),
    revision varchar(64),
    author varchar(600),
    subject varchar(600),
    committed_at timestamp with time zone,
    changed_at timestamp with time zone,
    looked_at timestamp with time zone not null,
    outcome varchar(16) not null,
    reason varchar(32),
    detail varchar(2000)
);

-- Webhook deliveries already taken, so that a replayed one does nothing.
create table webhook_delivery (
    source varchar(64) not null,
    delivery varchar(64) not null,
    received_at timestamp with time zone not null,
    primary key (source, delivery)
);

create index webhook_delivery_received on webhook_delivery (received_at);
