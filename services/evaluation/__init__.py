"""Agencies compared fairly: facts from events, measures, limits of chance, digest and report."""
