"""Where values of unique types move: uses after a move are errors, and `lower` learns which uses are moves."""
