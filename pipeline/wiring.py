"""Policy target to real adapters; the only module that names them all."""
