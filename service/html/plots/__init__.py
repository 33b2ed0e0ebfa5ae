"""Plots, drawn by the server: from numbers to SVG whose looks are classes of the stylesheet. No I/O."""
