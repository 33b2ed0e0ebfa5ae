"""The audit log's own arithmetic: its lines, the chain over them, blocks, signed checkpoints, and how all that is
verified. No I/O: `store/audit.py` keeps it, `consumers/sealer.py` writes it."""
