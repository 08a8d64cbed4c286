"""Excel in and out: templates, imports all or nothing, the official list and its changes."""
