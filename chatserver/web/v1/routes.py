"""The table of the API's routes; the scopes of each stand at its handler."""

from aiohttp import web

from chatserver.web.v1 import groups, messages, threads, users
from chatserver.web.v1.door import V1

ROUTES = [
    web.post(f"{V1}users", users.put_many),
    web.put(f"{V1}users/{{sub}}", users.put),
    web.get(f"{V1}users/{{sub}}", users.show),
    web.delete(f"{V1}users/{{sub}}", users.delete),
    web.delete(f"{V1}users/{{sub}}/sessions", users.sign_out),
    web.get(f"{V1}users/{{sub}}/threads", threads.of_person),
    web.post(f"{V1}unread", threads.unread),
    web.post(f"{V1}pairs", threads.pair),
    web.put(f"{V1}groups/{{key}}", groups.put),
    web.get(f"{V1}groups/{{key}}", groups.show),
    web.get(f"{V1}threads/{{thread}}", threads.show),
    web.post(f"{V1}threads/{{thread}}/messages", messages.send),
    web.get(f"{V1}threads/{{thread}}/messages", messages.messages),
    web.post(f"{V1}threads/{{thread}}/read", messages.mark_read),
    web.get(f"{V1}threads/{{thread}}/changes", messages.changes),
]
