"""The finding for a certificate that ends soon."""

from __future__ import annotations

from helpers.broken_sites import BEGAN, LEGS
from helpers.reports import report_on
from helpers.sites import in_pairs

from hostaudit.model.values import Certificate, CertificateName


def test_it_is_told_once_for_each_host_by_the_first_end():
    site = in_pairs()
    for (host, address), day in zip(LEGS, ("15", "12", "20", "20"), strict=True):
        name = CertificateName("Let's Encrypt", "R3", "US")
        value = Certificate(host, address, name, (host,), BEGAN, f"2021-01-{day}T00:00:00Z", True)
        site.note("tls", f"{host} {address}", value)
    report = report_on(site)

    assert [each.message for each in report.findings] == [
        "The certificate of steady.org ends in 3 days, on 2021-01-12.",
        "The certificate of www.steady.org ends in 11 days, on 2021-01-20.",
    ]
    assert {(each.severity, each.down_now) for each in report.findings} == {("medium", ())}
    assert report.verdict == "not_judged"
