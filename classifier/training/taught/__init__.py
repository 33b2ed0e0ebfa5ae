"""A teacher, a larger network that is not shipped, and the labels that it gave to windows of the training texts."""
