"""The staff's desk: queue, case card, answers; in private chat, and in groups with topics."""
