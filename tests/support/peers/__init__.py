"""Both ends of connections under test: protocols that record what happens, and sockets and pipes at the other end."""
