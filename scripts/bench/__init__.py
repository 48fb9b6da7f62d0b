"""What `scripts/bench_fanout.py` is made of: contenders, one client, the rig that runs both, and the table."""
