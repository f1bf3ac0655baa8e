"""The command service: what the command line does, over HTTP, as unsigned transactions."""
