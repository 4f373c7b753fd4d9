### Texts of: messages
