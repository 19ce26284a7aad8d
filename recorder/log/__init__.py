"""The audit log as an outsider checks it: a Merkle tree, its signed checkpoints, their witnesses. No broker, no database."""
