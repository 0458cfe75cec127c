"""Capture files to packet tables: containers (pcap, pcapng, gzip, zstd), link layers, tunnels, IP."""
