"""Every write to plans. Each function is keyword-only, names who does it, and is audited in its own transaction."""
