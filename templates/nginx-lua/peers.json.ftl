<#-- The document for a server to which nobody has pushed one yet: everyone of the tier, up. -->
<#assign lb = (vars.lb)!{}>
<#assign tier = lb.tier!fallback>
{"version":0,"tiers":{"${tier}":{"members":[
<#list fleet.tiers[tier] as member>
  {"name":"${member.name}","address":"<#if member.address?contains(":")>[${member.address}]<#else>${member.address}</#if>:${((member.vars.lb.port)!port)?c}","weight":${((member.vars.lb.weight)!100)?c}<#if (member.vars.lb.group)??>,"group":"${member.vars.lb.group}"</#if>}<#sep>,</#sep>
</#list>
]}}}
