"""The impact of a provider that ends service: minimal cut sets, outages, score, fallbacks and findings."""
