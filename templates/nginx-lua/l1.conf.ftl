<#import "common.ftl" as c><#assign lb = c.lb>
<@c.main/>
http {
<@c.http/>
    lua_shared_dict lb_rate ${c.word((lb.rate.memory)!"32m")};

    init_by_lua_block {
        require("lb.start").init {
            layer = "l1", token = "${c.word(lb.token!"/etc/nginx/espalier.token")}",
<@c.peers tier=lb.tier!"l2" choice=lb.choice!"hash"/>
            rate = { each = ${c.number((lb.rate.each)!100)}, burst = ${c.number((lb.rate.burst)!400)} },
        }
    }
    init_worker_by_lua_block { require("lb.start").worker() }

<@c.upstream/>
    server {
<#list lb.listen![ "80", "443 tls" ] as listen>
<#assign words = listen?word_list>
        listen ${c.word(words[0])} backlog=4096<#if words?seq_contains("tls")> ssl http2</#if>;
</#list>
        server_name ${c.word(lb.name!"_")};
<#if (lb.tls.on)!true>
        ssl_certificate ${c.word((lb.tls.certificate)!"/etc/nginx/tls.crt")};
        ssl_certificate_key ${c.word((lb.tls.key)!"/etc/nginx/tls.key")};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
        ssl_prefer_server_ciphers off;
        ssl_session_cache shared:lb_tls:10m;
        ssl_session_timeout 1d;
        ssl_session_tickets off;
</#if>
        set $lb_id $request_id; # what a client sends as its own is not taken
        set $lb_group "";

        location = /healthz { content_by_lua_block { require("lb.admin").healthz() } }
        location /_espalier { return 404; }
        location / {
<#if (lb.rate.on)!true>
            access_by_lua_block { require("lb.proxy").limit() }
</#if>
            proxy_pass http://lb_next;
<@c.pass/>
            proxy_set_header X-Deadline-Ms ${(((lb.timeouts.read)!5) * 1000)?round?c};
            add_header X-Canary $lb_group always;
            add_header X-Request-Id $lb_id always;
            log_by_lua_block { require("lb.proxy").log() }
        }
    }

<@c.admin/>
}
