"""The `jiandu` program: one file a command group; wires the others together."""
