"""The handlers of the pages, one module a page."""
