"""Ways to keep what earlier blocks taught; `sequential` keeps nothing on purpose."""
