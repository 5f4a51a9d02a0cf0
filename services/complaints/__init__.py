"""Complaints: filed by a citizen, answered by an agency, watched by two clocks."""
