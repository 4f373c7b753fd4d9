### Texts of: produce
