"""The whole way, played on the example campaigns in a temporary repository."""
