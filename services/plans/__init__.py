"""Installment plans: what a debt looks like spread over months, who grants it, how it lives.

`schedule`, `proposals`, `terms`, `debt`, `matching`, `trouble` and `reschedule` are pure;
`states` is the one table of what may happen to a plan; `asking`, `deciding`, `living`,
`changing` and `daily` load records, ask the rules and save. `access` is the only door.
"""

from services.plans.due import DueInstallment, due_installments

__all__ = ["DueInstallment", "due_installments"]
