"""The pages: plain ES modules on top of the public REST API, and the one HTML page that loads them.

`assets` serves the files under a digest of them all, `icons` makes the sprite that they name,
`shell` writes the page. Nothing here knows the services: what a page can do, a client can do.
"""
