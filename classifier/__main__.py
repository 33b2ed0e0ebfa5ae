"""The command line: python -m classifier."""

from classifier.command import main

if __name__ == "__main__":
    main()
