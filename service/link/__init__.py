"""How a command reaches Redis, whatever stands behind the address."""
