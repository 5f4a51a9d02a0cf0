"""Installment plans in the chat: asking, agreeing, living; and the staff who decide."""
