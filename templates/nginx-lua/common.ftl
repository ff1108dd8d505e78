<#-- What the three layers have in common. Every variable is below vars.lb; the README lists them. -->
<#assign lb = (vars.lb)!{}>

<#-- Seconds, a size, a path: as nginx writes them. Refused is what would end the directive and begin another. -->
<#function word text>
  <#if text?is_number><#return text?c></#if>
  <#if text?matches(r"[A-Za-z0-9_./:@\[\]*=-]+")><#return text></#if>
  <#stop "vars.lb: '" + text + "' cannot stand in a configuration of nginx (letters, digits and _ . / : @ [ ] * = - can)">
</#function>
<#function number value>
  <#if value?is_number><#return value?c></#if>
  <#stop "vars.lb: '" + value + "' is not a number">
</#function>
<#function milliseconds seconds>
  <#return (number(seconds)?number * 1000)?round?c + "ms">
</#function>

<#macro main>
# Laid by Espalier from nginx-lua/. Changes made here are lost with the next release.
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;

user ${word(lb.user!"www-data")};
worker_processes ${word(lb.workers!"auto")};
worker_rlimit_nofile ${number(lb.files!65536)};
worker_shutdown_timeout ${word(lb.shutdown!"30s")};
pid ${word(lb.pid!"/run/nginx.pid")};
error_log ${word(lb.error_log!"/var/log/nginx/error.log")} ${word(lb.error_level!"notice")};

events {
    worker_connections ${number(lb.connections!8192)};
}
</#macro>

<#macro http>
    default_type text/plain;
    client_body_temp_path ${word(lb.temp!"/var/lib/nginx")}/body;
    proxy_temp_path ${word(lb.temp!"/var/lib/nginx")}/proxy;
    fastcgi_temp_path ${word(lb.temp!"/var/lib/nginx")}/fastcgi;
    uwsgi_temp_path ${word(lb.temp!"/var/lib/nginx")}/uwsgi;
    scgi_temp_path ${word(lb.temp!"/var/lib/nginx")}/scgi;
    server_tokens off;
    tcp_nodelay on;
    keepalive_timeout 75s;
    keepalive_requests 100000;
    reset_timedout_connection on;
    client_header_timeout 10s;
    client_body_timeout 10s;
    send_timeout 10s;
    large_client_header_buffers 4 8k;
    client_max_body_size ${word(lb.body!"1m")};
    log_format lb escape=json '{"at":"$time_iso8601","id":"$lb_id","client":"$remote_addr","request":"$request",'
        '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
        '"upstream_status":"$upstream_status","upstream_seconds":"$upstream_response_time","cache":"$sent_http_x_cache"}';
<#if lb.access_log??>
    access_log ${word(lb.access_log)} lb buffer=64k flush=1s;
<#else>
    access_log off;
</#if>

    lua_package_path "$prefix/lua/?.lua;;";
    lua_socket_log_errors off;
    lua_shared_dict lb_peers 8m;
    lua_shared_dict lb_health 1m;
    lua_shared_dict lb_workers 1m;
    lua_shared_dict lb_metrics 4m;
</#macro>

<#-- Settings of everything that has peers; within init{ }. -->
<#macro peers tier choice>
            tier = "${word(tier)}", choice = "${choice}",
            state = "${word(lb.state!"/var/lib/espalier-lb")}", boot = "${word(lb.boot!"/etc/nginx/espalier-peers.json")}",
            panic = ${number((lb.panic)!0)}, spread = ${number((lb.spread)!125)},
            retries = { ratio = ${number((lb.retries.ratio)!0.1)}, cap = ${number((lb.retries.cap)!20)}, tries = ${number((lb.retries.tries)!1)} },
            passive = { fails = ${number((lb.passive.fails)!3)}, out = ${number((lb.passive.out)!10)} },
<#if (lb.check.on)!true>
            check = {
                path = "${word((lb.check.path)!"/healthz")}", host = "${word((lb.check.host)!"health")}", status = "${number((lb.check.status)!200)}",
                every = ${number((lb.check.every)!1)}, timeout = ${number((lb.check.timeout)!1000)}, rise = ${number((lb.check.rise)!2)}, fall = ${number((lb.check.fall)!2)},
            },
</#if>
            timeouts = { connect = ${number((lb.timeouts.connect)!0.5)}, read = ${number((lb.timeouts.read)!5)} },
</#macro>

<#macro upstream>
    upstream lb_next {
        server 0.0.0.1; # nobody: who is asked is up to the balancer
        balancer_by_lua_block { require("lb.proxy").balance() }
        keepalive ${number(lb.keepalive!128)};
        keepalive_requests 10000;
        keepalive_timeout 55s; # below the 75 s for which the next layer keeps it
    }
</#macro>

<#-- Whom to believe about the client: the layer above and nobody else. -->
<#macro trusted above>
<#if lb.trusted??>
<#list lb.trusted as address>
        set_real_ip_from ${word(address)};
</#list>
<#else>
<#list (fleet.tiers[lb.above!above])![] as each>
        set_real_ip_from ${word(each.address)};
</#list>
</#if>
        real_ip_header X-Real-IP;
</#macro>

<#-- To the next layer, in a location. -->
<#macro pass>
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Request-Id $lb_id;
            proxy_connect_timeout ${milliseconds((lb.timeouts.connect)!0.5)};
            proxy_send_timeout ${milliseconds((lb.timeouts.read)!5)};
            proxy_read_timeout ${milliseconds((lb.timeouts.read)!5)};
            proxy_next_upstream error timeout invalid_header http_502 http_503 http_504;
            proxy_next_upstream_tries 0; # how many is up to the budget
            proxy_next_upstream_timeout ${milliseconds((lb.timeouts.read)!5)};
</#macro>

<#macro admin>
    # For this machine alone.
    server {
        listen ${word(lb.admin!"127.0.0.1:9180")};
        server_name _;
        allow 127.0.0.0/8;
        allow ::1;
        deny all;
        client_max_body_size 1m;
        client_body_buffer_size 1m;
        set $lb_id "";

        location = /_espalier/peers { content_by_lua_block { require("lb.admin").peers() } }
        location = /_espalier/drain { content_by_lua_block { require("lb.admin").drain() } }
        location = /_espalier/metrics { content_by_lua_block { require("lb.admin").metrics() } }
        location = /_espalier/tree { content_by_lua_block { require("lb.admin").tree() } }
        location / { return 404; }
    }
</#macro>
