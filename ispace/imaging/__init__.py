"""Pictures as arrays: arrays in, arrays out. No object keys, no stores and no web in here."""
