"""The fund's live system: reading its answers, keeping the last, and who waits for one."""
