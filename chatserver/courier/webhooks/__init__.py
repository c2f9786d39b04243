"""Webhooks: what is said in every thread, sent to the addresses of the site's own programs."""
