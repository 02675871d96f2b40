"""What rests on what: one fault tree of gates and basic events for a site."""
