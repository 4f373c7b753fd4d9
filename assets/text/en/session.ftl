### Texts of: session
