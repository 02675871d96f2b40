"""What fails when a provider ends service: minimal cut sets, outages, score, fallbacks and findings."""
