"""001 住民基本台帳: residents with history, and the files that are published of them."""
