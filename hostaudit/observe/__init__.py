"""Looking: the only part of hostaudit that uses the network. It notes evidence and never judges."""
