"""One duty of the engine a module, each idempotent and isolated from the others."""
