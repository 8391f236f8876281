"""What runs beside the app, in its process: it imports the app, serves it, and reports."""
