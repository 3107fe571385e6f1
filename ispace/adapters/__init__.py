"""Technologies behind the ports, one file each; nothing but ``wiring`` imports them."""
