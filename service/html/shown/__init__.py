"""What readers wrote, as pieces that a template draws: nothing in it is invisible, and what was marked is marked."""
