# ${host.name}
cache_mb ${vars.cache_mb}
<#list fleet.tiers.web as web>
allow ${web.name}.${vars.domain}
</#list>
