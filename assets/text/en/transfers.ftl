### Texts of: transfers
