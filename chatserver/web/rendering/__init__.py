"""From data to HTML: templates, fragments, links, times."""
