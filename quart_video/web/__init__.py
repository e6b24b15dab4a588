"""All that needs the routes: URLs, pages, JSON, playlists and views."""
