"""TLS handshakes by the standard library's OpenSSL."""
