"""What the routes and types of each dialect do not say: statuses, media types and examples."""
