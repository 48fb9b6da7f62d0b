"""The paper broker: an account that costs nothing."""
