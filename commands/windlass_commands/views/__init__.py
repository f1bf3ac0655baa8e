"""What `windlass show` tells of each kind of account."""
