"""How the lists of a site are read: bytes of Redis in, ordinals and words out; no I/O."""
