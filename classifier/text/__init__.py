"""How a text is read: what a reader sees of it, through disguise, as an array of symbols."""
