-- The units that a rollout is about, comma between them; empty where it brings whole releases.
alter table rollout add column units varchar(4000) default '' not null;
