"""What the operating system gives a process: sockets, files, memory, child processes."""
