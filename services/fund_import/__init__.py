"""Loading the fund's CSV files: `load.import_directory` is the way in.

- `formats`: the five files and their columns
- `lines`: a file as lines of fields, whatever is wrong with it
- `survey`: the first pass over a file, which finds keys that come twice
- `fields`, `rows`: from text to values, or the reason why not
- `store`: the connection of a load: short transactions, bulk writing, the lock
- `generations`: what is begun, made current, abandoned and tidied
- `context`: what the parts of one load share
- `agencies`, `contributors`, `figures`: what a batch of good rows changes
- `rejects`: the lines that could not be loaded, for the fund's IT
- `failures`: why a load stopped in its course
- `load`: the whole

Reasons and messages name a file, a line and a column, never the content of a field.
"""
