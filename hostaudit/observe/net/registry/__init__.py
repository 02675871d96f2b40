"""Registration data of names and addresses, by RDAP and whois."""
