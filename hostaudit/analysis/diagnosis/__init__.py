"""What the evidence says of the health of one thing: a zone, a name server, a registration, a certificate.

Pure functions of evidence, one file for each kind of thing. The fault tree reads here what does not work now, and the
findings what to tell about it.
"""
