-- The number of the manifest that brought each release; the step of its rollout has it for those before this version.
alter table host_release add column number bigint default 0 not null;

update host_release set number = coalesce(
    (select step.number from rollout_host step
      where step.rollout_id = host_release.rollout_id and step.host = host_release.host), 0);
