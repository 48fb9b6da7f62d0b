"""A fault for tests: while a file is there, what is published of positions is not what is stored."""
