### Texts of: consume
