"""What the larger commands do, one command a file, imported when the command runs: their options alone need neither
Redis nor numpy, so that `--help` and completion answer at once."""
