<#import "common.ftl" as c><#assign lb = c.lb>
<#assign resolver = lb.resolver!"127.0.0.1:53">
<@c.main/>
http {
<@c.http/>
    init_by_lua_block {
        require("lb.start").init {
            layer = "dns", token = "${c.word(lb.token!"/etc/nginx/espalier.token")}",
            resolver = { host = "${c.word(resolver?keep_before_last(":"))}", port = ${c.number(resolver?keep_after_last(":")?number)} },
        }
    }
    init_worker_by_lua_block { require("lb.start").worker() }

    upstream httpdns {
        server ${c.word(lb.httpdns!"127.0.0.1:8053")} max_fails=0; # the only one: never left out
        keepalive ${c.number(lb.keepalive!128)};
        keepalive_requests 10000;
        keepalive_timeout 55s;
    }

    server {
<#list lb.listen![ "8081" ] as listen>
        listen ${c.word(listen)} backlog=4096;
</#list>
        server_name ${c.word(lb.name!"_")};
<@c.trusted above="l2"/>
        set $lb_id $http_x_request_id;
        set $lb_group "";

        location = /healthz { content_by_lua_block { require("lb.admin").healthz() } }
        location /_espalier { return 404; }
        location = /dn {
<#if (lb.fallback)!true>
            error_page 502 504 = @resolver;
</#if>
            proxy_pass http://httpdns;
<@c.pass/>
            log_by_lua_block { require("lb.proxy").log() }
        }
        location @resolver {
            content_by_lua_block { require("lb.dns").serve() }
            add_header X-Answered-By resolver always;
            log_by_lua_block { require("lb.proxy").log() }
        }
        location / {
            proxy_pass http://httpdns;
<@c.pass/>
            log_by_lua_block { require("lb.proxy").log() }
        }
    }

<@c.admin/>
}
