"""Made-up data of the fund, in its own file formats: `files.write_sample` is the way in.

Nobody in it exists. Social security numbers begin with 99 and receipts with S, so that a
sample can be told from real data at a glance.
"""
