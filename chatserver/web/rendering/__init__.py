"""Turns data into HTML: templates, fragments, links, times."""
