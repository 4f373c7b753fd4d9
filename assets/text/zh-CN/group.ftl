### Texts of: group
