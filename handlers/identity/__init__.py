"""Who is it? Proving a number, and looking after the accounts that were linked."""
