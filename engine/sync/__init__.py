"""After each reading of an account: reconcile its guards, ask and alert its owner."""
