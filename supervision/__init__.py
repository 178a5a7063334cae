"""The law, pure: no driver, no clock, no I/O."""
