"""What tests share: people, servers, programs."""
