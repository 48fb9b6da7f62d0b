"""How a feature moves from REST to WebSocket, stage by stage, and back; can be removed when all have moved."""
