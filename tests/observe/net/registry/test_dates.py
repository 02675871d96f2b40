"""Dates as registries write them, in their languages and orders."""

from __future__ import annotations

import pytest

from hostaudit.observe.net.registry import dates


@pytest.mark.parametrize(
    ("text", "days_first", "moment"),
    [
        ("25/10/2031", None, "2031-10-25T00:00:00Z"),
        ("10/25/2031", None, "2031-10-25T00:00:00Z"),
        ("03/02/2031", None, None),
        ("03/02/2031 23:59:52", True, "2031-02-03T00:00:00Z"),
        ("03/02/2031", False, "2031-03-02T00:00:00Z"),
        ("03-02-2031", None, "2031-02-03T00:00:00Z"),
        ("31/31/2031", None, None),
        ("13-MAY-2031", None, "2031-05-13T00:00:00Z"),
        ("21-March-2031", None, "2031-03-21T00:00:00Z"),
        ("1st November, 2031", None, "2031-11-01T00:00:00Z"),
        ("28th April 2031", None, "2031-04-28T00:00:00Z"),
        ("May 22 2031", None, "2031-05-22T00:00:00Z"),
        ("Sat Mar 08 23:59:59 GMT 2031", None, "2031-03-08T23:59:59Z"),
        ("2031-07-21 18:03:50+03", None, "2031-07-21T15:03:50Z"),
        ("2031-07-04 04:13:41 +03:00", None, "2031-07-04T01:13:41Z"),
        ("2031-11-20 14:48:02 CLST", None, "2031-11-20T14:48:02Z"),
        ("2031/06/01 04:52:02 (JST)", None, "2031-06-01T04:52:02Z"),
        ("20310203 #426521", None, "2031-02-03T00:00:00Z"),
        ("2031-01-01 (UTC+99)", None, "2031-01-01T00:00:00Z"),
        ("16/09/14", None, None),
        ("before Aug-1996", None, None),
        ("30th April each year", None, None),
        ("15 de enero de 2031", None, "2031-01-15T00:00:00Z"),
        ("1 de março de 2031", None, "2031-03-01T00:00:00Z"),
        ("25 février 2031", None, "2031-02-25T00:00:00Z"),
        ("3 août 2031 10:11:12", None, "2031-08-03T10:11:12Z"),
        ("7. Dezember 2031", None, "2031-12-07T00:00:00Z"),
        ("12 maggio 2031", None, "2031-05-12T00:00:00Z"),
        ("4-Mai-2031", None, "2031-05-04T00:00:00Z"),
        ("21 kwietnia 2031", None, "2031-04-21T00:00:00Z"),
        ("9 Sept. 2031", None, "2031-09-09T00:00:00Z"),
        ("Sept 9, 2031", None, "2031-09-09T00:00:00Z"),
        ("Fri, 14 Nov 2031 10:00:00 +0000", None, "2031-11-14T10:00:00Z"),
        ("Friday, November 14, 2031", None, "2031-11-14T00:00:00Z"),
        ("Wed Mar 27 00:00:00 EST 2031", None, "2031-03-27T00:00:00Z"),
        ("31 Oct 2031 00:00 UTC", None, "2031-10-31T00:00:00Z"),
        ("05/May/2031", None, "2031-05-05T00:00:00Z"),
        ("2031. 3. 2.", None, "2031-03-02T00:00:00Z"),
        ("2. 3. 2031", None, "2031-03-02T00:00:00Z"),
        ("02.03.2031.", None, "2031-03-02T00:00:00Z"),
        ("2031.03.02 10:11", None, "2031-03-02T10:11:00Z"),
        ("2031/03/02 10:11:12.5", None, None),
        ("2031-03-02 10:11:12.43", None, "2031-03-02T10:11:12Z"),
        ("5/21/2031 12:00:00 AM", None, "2031-05-21T00:00:00Z"),
        ("0001-01-01T00:00:00Z", None, None),
        ("1970-01-01T00:00:00Z", None, None),
        ("1403-05-02", None, None),
        ("2574-05-02", None, None),
        ("9999-12-31T23:59:59Z", None, None),
        ("unor 2031", None, None),
        ("1 listopad 2031", None, "2031-11-01T00:00:00Z"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dates_as_registries_write_them(text, days_first, moment):
    assert dates.moment(text, days_first) == moment


@pytest.mark.parametrize(
    ("text", "order"),
    [("DD/MM/YYYY", True), ("(dd-mm-aaaa)", True), ("mm/dd/yyyy", False), ("yyyy-mm-dd", None), ("", None)],
)
def test_the_order_that_a_text_states(text, order):
    assert dates.order_of(text) is order
