"""A feature for tests with real servers: parcels (EVENT) and labels (STATE) of any size, published by another process."""
