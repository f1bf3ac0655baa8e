"""The schema's types, one file for each aggregate. Descriptions are what users of the API read."""
