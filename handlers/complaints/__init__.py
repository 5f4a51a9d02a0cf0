"""Complaints as their citizens live them: filed, shown, answered, judged."""
