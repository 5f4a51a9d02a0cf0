"""Answers to frequent questions: dated data with sources, and the search for the best ones."""
