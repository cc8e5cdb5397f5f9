"""What the environment says of connections: certificates and proxies."""

from __future__ import annotations

import ipaddress
import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..errors import ConfigurationError


@cache
def tls() -> ssl.SSLContext:
    """Return the TLS context, shared in the process: creating one takes tens of milliseconds.

    Raises:
        ConfigurationError: The certificates that the environment names can't be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as exc:  # ssl.SSLError too
        raise ConfigurationError(
            f"The certificates in SSL_CERT_FILE can't be read: {exc}."
        ) from None


@cache
def _no_tls() -> ssl.SSLContext:
    """Return a context without certificates: even this one takes a millisecond to create."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def tls_for(base_url: str, proxy: httpx.Proxy | None) -> ssl.SSLContext:
    """Return the TLS context for a URL. Plain HTTP needs no certificates."""
    return _no_tls() if base_url.startswith("http://") and proxy is None else tls()


def proxy_of(url: str) -> httpx.Proxy | None:
    """Return the proxy that the environment or the system names for a URL, if any.

    Raises:
        ConfigurationError: The proxy is invalid.
    """
    parts, proxies = urlsplit(url), getproxies()
    scheme = parts.scheme if parts.scheme in proxies else "all"
    host = parts.hostname or ""
    if scheme not in proxies or proxy_bypass(parts.netloc) or _is_excepted(host, proxies):
        return None
    proxy = proxies[scheme] if "://" in proxies[scheme] else f"http://{proxies[scheme]}"
    try:
        found = httpx.Proxy(proxy)
        httpx.HTTPTransport(proxy=found, verify=False)
    except (ValueError, ImportError, httpx.InvalidURL) as exc:
        raise ConfigurationError(
            f"The proxy in {scheme.upper()}_PROXY can't be used: {exc} Correct the variable, or "
            f"name {host} in NO_PROXY."
        ) from None
    return found


def _is_excepted(host: str, proxies: dict[str, str]) -> bool:
    """Return whether NO_PROXY contains the host's address or a network with it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    for entry in proxies.get("no", "").replace("[", "").replace("]", "").split(","):
        try:
            if address in ipaddress.ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False
