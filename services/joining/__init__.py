"""Joining the scheme: the ways in, and the calls people ask for."""
