"""A job for tests with real processes: what it did is lines in a file, and while another file is there it hangs in its work."""
