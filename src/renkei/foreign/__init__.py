"""Documents of other standards: an OpenAPI 3.0 or 3.1 document from outside, made into a bundle that suites can judge."""
