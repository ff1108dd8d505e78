package io.espalier.metrics.pipe;

import java.util.LinkedHashMap;
import java.util.Map;

/** Formats that have a name: those of the servers, and those that GoAccess knows under the same names. */
final class NamedFormats {
    /** Name to format, in the order in which they are tried when lines decide. */
    static final Map<String, String> ALL = all();

    private NamedFormats() {}

    private static Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        String common = "%h %l %u %t \"%r\" %>s %b";
        String combined = common + " \"%{Referer}i\" \"%{User-Agent}i\"";
        all.put(
                "nginx-timed",
                "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\""
                        + " \"$http_user_agent\" $request_time $upstream_response_time");
        all.put("traefikclf", "%h - %e [%d:%t %^] \"%r\" %s %b \"%R\" \"%u\" %^ \"%v\" \"%^\" %Lms");
        all.put("vcombined", "%v:%p " + combined);
        all.put("combined", combined);
        all.put("vcommon", "%v:%p " + common);
        all.put("common", common);
        all.put("awselb", "%^ %dT%t.%^ %^ %h:%^ %^ %^ %T %^ %s %^ %^ %b \"%r\" \"%u\" %k %K %^ \"%^\" \"%v\"");
        all.put("awsalb", "%^ %dT%t.%^ %v %h:%^ %^ %^ %T %^ %s %^ %^ %b \"%r\" \"%u\" %k %K %^");
        all.put("awselb-classic", "%dT%t.%^ %v %h:%^ %^ %^ %T %^ %s %^ %^ %b \"%r\" \"%u\" %^");
        all.put("awss3", "%^ %v [%d:%t %^] %h %^\"%r\" %s %^ %b %^ %L %^ \"%R\" \"%u\"");
        all.put(
                "cloudfront",
                "%d\\t%t\\t%^\\t%b\\t%h\\t%m\\t%v\\t%U\\t%s\\t%R\\t%u\\t%q\\t%^\\t%C\\t%^\\t%^\\t%^\\t%^\\t%T\\t%^\\t%K"
                        + "\\t%k\\t%^\\t%H\\t%^");
        all.put("cloudstorage", "\"%x\",\"%h\",%^,%^,\"%m\",\"%U\",\"%s\",%^,\"%b\",\"%D\",%^,\"%R\",\"%u\"");
        all.put("w3c", "%d %t %^ %m %U %q %^ %^ %h %u %R %s %^ %^ %L");
        all.put("squid", "%x.%^ %~%L %h %^/%s %b %m %U %^");
        all.put(
                "caddy",
                "{\"request\":{\"client_ip\":\"%h\",\"remote_ip\":\"%h\",\"method\":\"%m\",\"host\":\"%v\",\"uri\":\"%U\","
                        + "\"headers\":{\"User-Agent\":[\"%u\"],\"Referer\":[\"%R\"]}},\"duration\":\"%T\",\"size\":\"%b\","
                        + "\"status\":\"%s\"}");
        all.put(
                "nginx-json",
                "{\"remote_addr\":$remote_addr,\"remote_user\":$remote_user,\"request\":$request,"
                        + "\"request_method\":$request_method,\"request_uri\":$request_uri,\"uri\":$uri,\"status\":$status,"
                        + "\"body_bytes_sent\":$body_bytes_sent,\"bytes_sent\":$bytes_sent,\"http_referer\":$http_referer,"
                        + "\"http_user_agent\":$http_user_agent,\"request_time\":$request_time,"
                        + "\"upstream_response_time\":$upstream_response_time,\"host\":$host,\"http_host\":$http_host,"
                        + "\"server_name\":$server_name}");
        all.put(
                "traefik-json",
                "{\"ClientHost\":\"%h\",\"ClientUsername\":\"%e\",\"RequestMethod\":\"%m\",\"RequestPath\":\"%U\","
                        + "\"RequestHost\":\"%v\",\"DownstreamStatus\":\"%s\",\"DownstreamContentSize\":\"%b\","
                        + "\"Duration\":\"%n\",\"request_User-Agent\":\"%u\",\"request_Referer\":\"%R\"}");
        all.put(
                "envoy-json",
                "{\"downstream_remote_address\":\"%h:%^\",\"method\":\"%m\",\"path\":\"%U\",\"authority\":\"%v\","
                        + "\"response_code\":\"%s\",\"bytes_sent\":\"%b\",\"duration\":\"%L\",\"user_agent\":\"%u\","
                        + "\"referer\":\"%R\"}");
        all.put(
                "ecs-json",
                "{\"client\":{\"ip\":\"%h\"},\"source\":{\"ip\":\"%h\"},\"client.ip\":\"%h\",\"source.ip\":\"%h\","
                        + "\"http\":{\"request\":{\"method\":\"%m\",\"referrer\":\"%R\"},"
                        + "\"response\":{\"status_code\":\"%s\",\"body\":{\"bytes\":\"%b\"}}},"
                        + "\"http.request.method\":\"%m\",\"http.request.referrer\":\"%R\","
                        + "\"http.response.status_code\":\"%s\",\"http.response.body.bytes\":\"%b\","
                        + "\"url\":{\"path\":\"%U\",\"domain\":\"%v\"},\"url.path\":\"%U\",\"url.domain\":\"%v\","
                        + "\"user_agent\":{\"original\":\"%u\"},\"user_agent.original\":\"%u\","
                        + "\"event\":{\"duration\":\"%n\"},\"event.duration\":\"%n\"}");
        return all;
    }
}
