"""What commentdesk does, one act a function: no HTTP here, and no Redis commands."""
