# All hosts of the fleet ${fleet.name}
<#list fleet.hosts as each>
${each.address}	${each.name} ${each.name}.${vars.domain}	# ${each.tier}
</#list>
