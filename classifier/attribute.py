"""The attributes that a text is scored for, in the order of every array of weights, sums and logits."""

ATTRIBUTES: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "profanity",
    "identity_attack",
    "threat",
    "sexually_explicit",
    "spam",
)
