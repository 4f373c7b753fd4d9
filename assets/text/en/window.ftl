### The frame of the window: bar, navigation, status, dialogs, toasts, palette

app-name = Millpond
nav-workspace = Workspace
nav-overview = Overview
nav-topics = Topics
nav-groups = Groups
nav-consume = Consume
nav-transfers = Transfers
nav-learn = Learn
nav-labs = Labs
nav-settings = Settings
nav-name = Navigation

cluster-local = Local
cluster-no-address = no listener
cluster-address-starting = the listener is starting
cluster-address-failed = the listener could not start
cluster-no-address-about = Other programs cannot reach this broker: its listener is off or could not start. See Settings. Everything in this window works.
cluster-switch = Cluster and workspace
cluster-folder = Folder { $path }
cluster-open-folder = Open another workspace…
cluster-copy-folder = Copy the folder's path

status-name = Status
status-in = in { $rate } /s
status-out = out { $rate } /s
status-disk = { $size } on disk
status-clients = { $n ->
    [0] no clients yet
    [one] 1 client
   *[other] { $n } clients
}
status-jobs-more = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
status-jobs-all = All running jobs
status-starting = starting the broker

palette-hint = Find a topic, group or command
palette-none = Nothing matches "{ $query }"
palette-commands = Commands
palette-topics = Topics
palette-groups = Groups
palette-name = Palette

shortcuts-title = Keyboard shortcuts
shortcuts-tables = In tables: ↑ ↓ rows, Page Up and Page Down, Home and End, Enter opens, Ctrl C copies

opening = Opening the workspace
open-failed = The workspace could not be opened
open-failed-owned = Another program works in this workspace
open-failed-owned-why = Millpond is open in it already (process { $pid }), and a workspace has one owner at a time.
open-failed-owned-why-unknown = Millpond is open in it already, and a workspace has one owner at a time.
open-failed-owned-next = Close the other one and try again, or open another folder than { $path }.
status-none = no workspace open
open-failed-next = The folder is { $path }. Try again when the cause is gone, or open another folder.
open-retry = Try again
open-other = Open another workspace…
open-other-title = Open another workspace
open-other-label = Folder
open-other-help = A folder that does not exist is made. The workspace of before is closed first.
open-other-choose = Choose…
open-other-confirm = Open

toast-copied = Copied to the clipboard
toast-dismiss = Dismiss
toast-undo = Undo
confirm-losses = What will be lost
confirm-type = Type { $name } to confirm
no-session = Nothing is open yet, so this cannot be done

cancel = Cancel
close = Close
dismiss = Dismiss
done = Done
retry = Try again
copy = Copy
save = Save
delete = Delete
more = More
back = Back
