<#import "common.ftl" as c><#assign lb = c.lb>
<@c.main/>
http {
<@c.http/>
    lua_shared_dict lb_cache ${c.word((lb.cache.memory)!"128m")};
    lua_shared_dict lb_locks 4m;

    init_by_lua_block {
        require("lb.start").init {
            layer = "l2", token = "${c.word(lb.token!"/etc/nginx/espalier.token")}", deadline = true,
<@c.peers tier=lb.tier!"dns" choice=lb.choice!"load"/>
            cache = {
                wait = ${c.number((lb.cache.wait)!2)}, hold = ${c.number((lb.cache.hold)!30)},
                stale = ${c.number((lb.cache.stale)!86400)}, stale_ttl = ${c.number((lb.cache.stale_ttl)!30)},
                failure = ${c.number((lb.cache.failure)!1)}, longest = ${c.number((lb.cache.longest)!86400)},
                largest = ${c.number((lb.cache.largest)!262144)},
            },
        }
    }
    init_worker_by_lua_block { require("lb.start").worker() }

<@c.upstream/>
    server {
<#list lb.listen![ "8080" ] as listen>
        listen ${c.word(listen)} backlog=4096;
</#list>
        server_name ${c.word(lb.name!"_")};
<@c.trusted above="l1"/>
        set $lb_id $http_x_request_id;
        set $lb_group "";

        location = /healthz { content_by_lua_block { require("lb.admin").healthz() } }
        location = /_espalier/origin {
            internal;
            proxy_pass http://lb_next$request_uri;
<@c.pass/>
            proxy_set_header X-Deadline-Ms $http_x_deadline_ms;
            proxy_set_header Accept-Encoding "";
            proxy_set_header Range "";
            proxy_set_header If-Range "";
            proxy_set_header If-None-Match "";
            proxy_set_header If-Modified-Since "";
        }
        location /_espalier { return 404; }
<#list (lb.cache.paths)![ "/dn", "/d", "/resolve", "/v2/d" ] as path>
        location <#if !path?ends_with("/")>= </#if>${c.word(path)} {
            content_by_lua_block { require("lb.cache").serve() }
            add_header X-Canary $lb_group always;
            log_by_lua_block { require("lb.proxy").log() }
        }
</#list>
        location @origin {
            proxy_pass http://lb_next;
<@c.pass/>
            proxy_set_header X-Deadline-Ms $http_x_deadline_ms;
            add_header X-Canary $lb_group always;
            log_by_lua_block { require("lb.proxy").log() }
        }
<#if !((lb.cache.paths)![])?seq_contains("/")>
        location / {
            proxy_pass http://lb_next;
<@c.pass/>
            proxy_set_header X-Deadline-Ms $http_x_deadline_ms;
            add_header X-Canary $lb_group always;
            log_by_lua_block { require("lb.proxy").log() }
        }
</#if>
    }

<@c.admin/>
}
