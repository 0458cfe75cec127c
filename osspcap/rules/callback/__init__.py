"""Upload callbacks: what the client asks for, how the application answers, what OSS makes of it."""
