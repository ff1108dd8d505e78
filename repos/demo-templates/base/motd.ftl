${vars.greeting}

This is ${host.name} of the fleet ${fleet.name}, tier ${host.tier}.
