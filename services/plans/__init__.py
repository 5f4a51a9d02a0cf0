"""Installment plans: what a debt looks like spread over months, who grants it, how it lives.

`schedule`, `proposals`, `terms`, `debt`, `matching` and `trouble` are pure; `states` is the one
table of what may happen to a plan; the others load records, ask the rules and save.
"""
