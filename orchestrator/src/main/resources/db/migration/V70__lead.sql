-- Which of several orchestrators on this database drives the fleet. One row, always there.
create table lead (
    name   varchar(16)  not null primary key,
    holder varchar(300) not null,               -- for people; empty: nobody
    fence  bigint       not null,               -- grows with every holder; writes are done under it
    beat   bigint       not null                -- grows while the holder lives
);
insert into lead (name, holder, fence, beat) values ('fleet', '', 0, 0);
