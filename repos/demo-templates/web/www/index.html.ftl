<!doctype html>
<html lang="en">
<title>${host.name}</title>
<body style="color: ${vars.color}">
<h1>${vars.greeting?html}</h1>
<p>Served by ${host.name}, one of ${fleet.tiers.web?size} web servers:
<#list fleet.tiers.web as web>${web.name}<#sep>, </#list>.</p>
</body>
</html>
