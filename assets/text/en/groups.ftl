### Texts of: groups
