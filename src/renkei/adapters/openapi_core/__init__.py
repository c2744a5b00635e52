"""The second validator: another implementation in another language, asked before anybody is blamed."""
