"""The front door: pages, API and WebSockets over the services."""
