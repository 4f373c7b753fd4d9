### Texts of: topics
