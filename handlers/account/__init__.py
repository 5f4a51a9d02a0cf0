"""One's own account: what is owed and why, the statement, ways to pay, what a choice brings."""
