"""The trail of events proven: sealed block by block as it grows, and checked at any time."""
