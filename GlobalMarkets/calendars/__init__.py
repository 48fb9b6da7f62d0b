"""When the markets of the world are open: venues, their days, and what follows from them."""
