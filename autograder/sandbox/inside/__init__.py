"""What runs within the sandbox. It is mounted there, imports nothing else of ours but probes, and knows no answers."""
