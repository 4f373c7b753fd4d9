### Texts of: settings
