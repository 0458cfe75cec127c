"""Three clocks: the client's, the server's and the capturing host's."""
