"""JWT assertions by PyJWT."""
