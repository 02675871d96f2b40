"""The fault tree of a site: gates and basic events, from its functions down to the operators that provide them."""
