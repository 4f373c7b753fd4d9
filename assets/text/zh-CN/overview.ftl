### Texts of: overview
