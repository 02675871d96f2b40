"""Who registered a name, and who holds an address: RDAP and whois."""
