"""What is handed out as a file: the statement, the summary of a plan, the report, QR codes.

Importing `page`, or a paper drawn on it, loads fpdf2 and the shaping of Arabic (33 MiB): only
when one is made.
"""
