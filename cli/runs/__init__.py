"""How a command that simulates is asked for, carried out, sealed and shown."""
