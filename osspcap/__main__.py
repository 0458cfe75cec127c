"""`python -m osspcap`: the same as the `osspcap` command."""

from osspcap.cli.main import main

if __name__ == "__main__":
    main()
