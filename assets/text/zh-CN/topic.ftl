### Texts of: topic
