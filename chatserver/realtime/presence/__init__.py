"""Which users are online, for the sockets whose open chats show it."""
