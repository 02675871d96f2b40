"""Attribution: from the evidence and the provider catalogue to the operator of each part of a site."""
