worker_processes ${vars.workers};

upstream databases {
<#list fleet.tiers.db as db>
    server ${db.name}.${vars.domain}:6379;
</#list>
}

server {
    listen ${vars.listen};
    server_name ${host.name}.${vars.domain};
    root /srv/www;
}
