"""Pages for people: the demo article, the form that was refused, the API's description. No scripts, no cookies."""
