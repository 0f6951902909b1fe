"""Forms of plans: they read and check what was typed; writing is the business of `changes`."""
