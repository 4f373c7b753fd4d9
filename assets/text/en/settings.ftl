### Settings

settings-looks = Looks and words
settings-theme = Theme
settings-system = As the system
settings-light = Light
settings-dark = Dark
settings-language = Language
settings-times = Times
settings-times-local = Local
settings-times-utc = UTC
settings-times-epoch = Epoch milliseconds
settings-motion = Motion
settings-calm = Calm: nothing moves by itself
settings-workspace = Workspace
settings-folder = Folder
settings-address = Address
settings-promises = Each partition is one SQLite file. A record is safe as soon as its producer is told: with acks=all it survives loss of power, with acks=1 a crash of Millpond.
settings-about = Versions and licences
settings-sample = Sample stream
settings-public-domain = public domain
