"""HTML: templates, their headers, and the pieces that several pages share."""
