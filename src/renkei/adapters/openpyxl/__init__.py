"""Reading of the standard's official workbooks through openpyxl."""
