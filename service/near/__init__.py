"""Which comments are alike: signatures in, places out; no I/O."""
