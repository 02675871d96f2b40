"""Parse the user's input to the name to audit, or refuse it. No other module does this."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from hostaudit.datasets import SUFFIXES
from hostaudit.errors import UsageError
from hostaudit.files import data_folder, read_own
from hostaudit.model.evidence import Target

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LONGEST_NAME = 253
"""Characters of a host name without its trailing dot (RFC 1035 section 2.3.4: 255 octets on the wire)."""

HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""A label of a host name (RFC 952, RFC 1123 section 2.1), after IDNA."""

NUMBERS_ONLY = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)
"""Forms that system resolvers accept as an IPv4 address: ``127.1``, ``0x7f000001``, ``2130706433``, ``0177.0.0.1``."""

MARKS = (b"===BEGIN ICANN DOMAINS===", b"===BEGIN PRIVATE DOMAINS===", b"===END PRIVATE DOMAINS===")
"""Markers in every complete Public Suffix List, the last of them at its end."""

KNOWN = frozenset({b"com", b"net", b"org", b"co.uk", b"*.ck", b"!www.ck", b"github.io"})
"""Rules of every kind that have been in the list for a long time."""

STATED = re.compile(rb"^// VERSION: (\d{4}-\d\d-\d\d)_", re.MULTILINE)
HEAD = 4096

FROM_THE_RIGHT = ("R", "AL", "AN")
"""The classes of characters that are written from right to left (Unicode standard annex 9)."""

JOINERS = "\u200c\u200d"

CONTROLS = "".join(map(chr, range(0x21)))
"""The characters that browsers leave out at both ends of a URL."""

NOT_IN_URLS = str.maketrans("", "", "\t\n\r")

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")

EXAMPLE = "give a domain such as example.com"


class HostNameError(UsageError):
    """A name that cannot be used. ``problem``: the error, in words that follow the name."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        super().__init__(f"{name} {problem}", hint)
        self.problem = problem


def parse(text: str, named: tuple[str, ...] = ()) -> Target:
    """The target of an audit, from a domain, URL or host name as typed, and from further host names.

    Raises ``UsageError`` with a hint for everything that cannot be audited: addresses, single labels, suffixes under
    which others register, unknown top-level domains, names that break the rules of RFC 1123 or IDNA 2008.
    """
    domain = host_name(text)
    own = registrable(domain)
    if own is None:
        raise _refuse_suffix(domain)
    if domain == platform_suffix(domain):
        hint = f"give one of the sites under it, such as mysite.{domain}"
        raise HostNameError(domain, "is a platform with a site for each customer, not one site", hint)
    others = [host_name(each) for each in named]
    for each in others:
        if registrable(each) is None:
            raise _refuse_suffix(each)
    sibling = own if domain == f"www.{own}" else f"www.{domain}"
    wanted = [domain] if domain.count(".") > own.count(".") and sibling != own else [domain, sibling]
    hosts = tuple(dict.fromkeys([*wanted, *others]))
    return Target(domain, own, hosts, tuple(each for each in dict.fromkeys(others) if each not in wanted))


def host_name(text: str) -> str:
    """The host name of a domain, ``host:port`` or URL, in A-labels, lower case, without a trailing dot."""
    shown = ascii(text.strip())[1:-1][:80]
    if not text.strip():
        raise UsageError("no domain was given", EXAMPLE)
    if any(ord(each) < 32 or ord(each) == 127 for each in text.strip()):
        raise HostNameError(shown, "contains control characters", EXAMPLE)
    _refuse_address(text.strip(), shown)
    host = _host_part(text.strip(), shown)
    _refuse_address(host, shown)
    if host.startswith("*."):
        raise HostNameError(shown, "is a wildcard, not a host", f"give a host, such as {host[2:]}")
    name = _a_labels(host, shown)
    _refuse_address(name, shown)  # only now have full-width digits become plain ones
    if len(name) > LONGEST_NAME:
        raise HostNameError(shown, f"is longer than {LONGEST_NAME} characters", EXAMPLE)
    labels = name.split(".")
    for label in labels:
        if not HOST_LABEL.fullmatch(label):
            why = "names of hosts have letters, digits and inner hyphens, at most 63 in a label"
            raise HostNameError(shown, f"is not a host name: {why}", EXAMPLE)
    if len(labels) == 1 and not _suffixes().publicsuffix(name):
        meant = "it names this machine" if name == "localhost" else f"did you mean {name}.com?"
        raise HostNameError(shown, "is a single label, not a domain", f"{EXAMPLE}; {meant}")
    return name


def registrable(name: str) -> str | None:
    """The name that a registrar sells (ICANN section of the Public Suffix List); None for a suffix or unknown TLD."""
    found = _suffixes().privatesuffix(_u_labels(name))
    return ".".join(name.split(".")[-found.count(".") - 1 :]) if found else None


def platform_suffix(name: str) -> str | None:
    """The private suffix (``github.io``) that equals the name or is above it, None if there is none."""
    labels = _u_labels(name).split(".")
    for start in range(len(labels) - 1):
        suffix, above = ".".join(labels[start:]), ".".join(labels[start + 1 :])
        if any(f"\n{rule}\n".encode() in _sections()[1] for rule in (suffix, f"*.{above}")):
            return ".".join(name.split(".")[start:])
    return None


def tenant(name: str) -> str | None:
    """The name of a platform's customer: one label under the platform's suffix (``shop.github.io``). None for a name
    under no such suffix, and for the suffix itself."""
    suffix = platform_suffix(name)
    if suffix is None or name == suffix:
        return None
    return ".".join(name.split(".")[-suffix.count(".") - 2 :])


def a_labels(name: str) -> str:
    """A name in A-labels (RFC 5890), lower case; empty if a label is not valid in IDNA 2008. Only case is mapped: a
    character that merely looks like a letter gives another name, or an invalid one."""
    import idna

    labels = []
    for label in name.split("."):
        if label.isascii():
            labels.append(label.lower())
            continue
        if len(label) > 63:  # the A-label is longer still
            return ""
        folded = label.lower()
        try:
            labels.append("" if folded.isascii() else idna.alabel(folded).decode("ascii"))
        except (idna.IDNAError, UnicodeError):
            return ""
    return ".".join(labels)


def web_host(text: str) -> str:
    """The host of a link or redirect in A-labels, lower case, without a trailing dot, as browsers read it (WHATWG URL,
    "domain to ASCII"): UTS 46 without transitional processing, so that it is the same name that ``parse`` makes of it.
    Empty if there is none. Other than in what a user types, symbols are allowed, as they are in the names of others,
    and what is ASCII already is the name that is asked for, whatever it would show.
    """
    host = text.removesuffix(".")
    if not host.isascii():
        host = _mapped(host)
    fits = 0 < len(host) <= LONGEST_NAME and all(0 < len(label) < 64 for label in host.split("."))
    return host.lower() if fits else ""


def host_in(netloc: str) -> str:
    """The host in the authority of a URL as it stands there. ``urlsplit`` gives it in Python's lower case, which is
    another name for a Greek one that ends in a capital sigma."""
    place = netloc.rpartition("@")[2]
    return place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]


def _mapped(host: str) -> str:
    """A host in A-labels by UTS 46; empty if it is not valid."""
    import idna

    if len(host) > 4 * LONGEST_NAME:  # the time of some releases of idna grows with the square of the length
        return ""
    try:
        shown = [_shown(label) for label in _remapped(host).removesuffix(".").split(".")]
        bidirectional = any(unicodedata.bidirectional(char) in FROM_THE_RIGHT for char in "".join(shown))
        for label in shown:
            _check_label(label, bidirectional=bidirectional)
        return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in shown)
    except (idna.IDNAError, UnicodeError, IndexError, OverflowError):
        return ""


def _remapped(text: str) -> str:
    import idna

    return idna.uts46_remap(text, std3_rules=False)


def _shown(label: str) -> str:
    """A label as people read it. An A-label has to be the one that belongs to it (UTS 46 section 4, step 4)."""
    import idna

    if len(label) > 63:  # the A-label is longer still
        raise idna.IDNAError("a label is too long")
    if not label.startswith("xn--"):
        return label
    shown = label[4:].encode("ascii").decode("punycode")
    if shown.isascii() or _remapped(shown) != shown:
        raise idna.IDNAError("not the A-label of any label")
    return shown


def _check_label(label: str, *, bidirectional: bool) -> None:
    """Raise ``idna.IDNAError`` for a label that browsers refuse (UTS 46 section 4.1)."""
    import idna

    if not label or (label.isascii() and not bidirectional):
        return
    idna.check_initial_combiner(label)
    if bidirectional:
        idna.check_bidi(label, check_ltr=True)
    for place, char in enumerate(label):
        if char in JOINERS and not idna.valid_contextj(label, place):
            raise idna.IDNAError("a joiner where none may stand")


def web_reference(text: str, scheme: str) -> str | None:
    """A reference in a page at a URL of this scheme, or in a redirect, as browsers read it (WHATWG URL, section 4.4),
    in the form of RFC 3986; None if it leads to another scheme than http and https.

    Backslashes are slashes, any number of them begins a host, and a scheme without slashes may be left out.
    """
    text = text.strip(CONTROLS).translate(NOT_IN_URLS)
    named = SCHEME.match(text)
    if named is not None and named[1].lower() not in ("http", "https"):
        return None
    head = re.match("[^?#]*", text)
    path = "" if head is None else head[0]
    rest = text[len(path) :]
    path = path.replace("\\", "/")
    front = ""
    if named is not None:
        path, front = path[named.end() :], f"{named[1].lower()}:"
    slashes = len(path) - len(path.lstrip("/"))
    if slashes < 2 and front in ("", f"{scheme}:"):
        return f"{'./' if front and path and not slashes else ''}{path}{rest}"
    host = path.lstrip("/")
    return f"{front}//{host}{rest}" if host else None


def linked_host(text: str, base: str = "") -> str:
    """The host to which a link or redirect leads from the URL ``base``, as browsers read it; empty if it leads to none
    over http or https."""
    reference = web_reference(text, base.partition(":")[0].lower())
    try:
        host = "" if reference is None else host_in(urlsplit(urljoin(base, reference)).netloc)
    except ValueError:
        return ""
    return web_host(host if ":" in host else unquote(host))


def lies_under(host: str, zone: str) -> bool:
    """True if a host name equals the name of a zone or lies under it, label by label. All names lie under the root, "".
    Both names are in lower case and without a final dot."""
    return zone == "" or host == zone or host.endswith(f".{zone}")


def tld(name: str) -> str:
    """The top-level label."""
    return name.rsplit(".", 1)[-1]


@cache
def data_version() -> str:
    """The date (YYYY-MM-DD) of the Public Suffix List in use, for the report."""
    return list_date(_list())


def list_date(text: bytes) -> str:
    """The date that a Public Suffix List states in its head, empty if it states none."""
    stated = STATED.search(text[:HEAD])
    return stated[1].decode() if stated else ""


def rules_in(text: bytes) -> int:
    """The number of rules in a Public Suffix List; 0 if the text cannot be a complete one."""
    rules = {line.strip() for line in text.splitlines() if line.strip() and not line.startswith(b"//")}
    return len(rules) if all(mark in text for mark in MARKS) and rules >= KNOWN else 0


def shipped_list() -> bytes:
    """The Public Suffix List in the publicsuffixlist package."""
    from publicsuffixlist import PSLFILE

    return Path(PSLFILE).read_bytes()


@cache
def _list() -> bytes:
    """The fetched list, or that of the package if the fetched one is missing, damaged or older."""
    ours = shipped_list()
    try:
        fetched = read_own(data_folder() / SUFFIXES)
    except (OSError, UsageError):
        return ours
    newer = list_date(fetched) > list_date(ours)
    return fetched if newer and all(mark in fetched for mark in MARKS) else ours


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    # Without its A-labels the list loads in half the time; names are compared as U-labels instead.
    return PublicSuffixList(_sections()[0], accept_unknown=False, accept_encoded_idn=False)


@cache
def _sections() -> tuple[bytes, bytes]:
    """The list as text: the suffixes of registries, and those of platforms, which are needed too rarely to parse."""
    icann, _, private = _list().partition(MARKS[1])
    return icann, private


def _u_labels(name: str) -> str:
    if "xn--" not in name:
        return name
    return ".".join(_u_label(label) for label in name.split("."))


def _u_label(label: str) -> str:
    """A label in the spelling of the list; a label that is no valid A-label is returned unchanged."""
    if not label.startswith("xn--"):
        return label
    try:
        shown = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    # "xn--com-" would be decoded to "com", which is another label.
    return label if shown.isascii() else shown


def _refuse_suffix(name: str) -> UsageError:
    if _suffixes().publicsuffix(name):
        return HostNameError(
            name, "is a public suffix, not one site", f"give a domain under it, such as example.{name}"
        )
    return HostNameError(
        name,
        f"ends in .{tld(name)}, which is not a known top-level domain",
        f"check the spelling; for one newer than {data_version()}: hostaudit data update public-suffix-list",
    )


def _host_part(text: str, shown: str) -> str:
    """The host of a URL or of ``host:port``, as typed."""
    if "\\" in text:
        raise HostNameError(shown, "contains a backslash, which browsers and libraries read differently", EXAMPLE)
    if "://" not in text and not text.startswith("//"):
        text = f"//{text}"
    try:
        split = urlsplit(text)
        host = host_in(split.netloc)
        split.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise HostNameError(shown, f"is not a domain or URL: {error}", EXAMPLE) from None
    if split.scheme not in ("", "http", "https"):
        raise UsageError(f"{shown}: only http and https URLs are supported", EXAMPLE)
    if not host:
        raise HostNameError(shown, "has no host name", EXAMPLE)
    return host


def _refuse_address(host: str, shown: str) -> None:
    bare = host.strip("[]").split("%")[0]
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        if not NUMBERS_ONLY.fullmatch(bare):
            return
    raise HostNameError(shown, "is an IP address", "give the domain name of the site")


def _a_labels(host: str, shown: str) -> str:
    import idna

    for dot in "\u3002\uff0e\uff61":
        host = host.replace(dot, ".")
    host = host.removesuffix(".")
    if len(host) > 4 * LONGEST_NAME:  # the time that some releases of idna take grows with the square of the length
        raise UsageError(f"{shown} is longer than {LONGEST_NAME} characters", EXAMPLE)
    if host.isascii():
        name = host.lower()
        encoded = [label for label in name.split(".") if label.startswith("xn--")]
        try:
            for label in encoded:
                idna.ulabel(label)
        except (idna.IDNAError, UnicodeError) as error:
            raise HostNameError(shown, f"contains a label that is not valid in IDNA: {error}", EXAMPLE) from None
        return name
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise HostNameError(shown, f"is not a valid internationalised name: {error}", EXAMPLE) from None
