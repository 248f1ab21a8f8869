/// The server's settings that Intro decides, written before each start.
///
/// A small footprint, room for many commands at once, nothing on the network, and no client's data in the log: a
/// constraint's DETAIL quotes the row that broke it, `terse` leaves it out.
func serverSettings(socketFolder: String) -> String {
    """
    # Written by intro before each start. Put settings of your own into postgresql.conf, below the include of this file.
    listen_addresses = ''
    port = 5432
    unix_socket_directories = \(settingText(quotedFolder(socketFolder)))
    unix_socket_permissions = 0700
    max_connections = 200
    shared_buffers = 64MB
    max_wal_size = 256MB
    wal_level = minimal
    max_wal_senders = 0
    jit = off
    timezone = 'UTC'
    log_timezone = 'UTC'
    log_line_prefix = '%m [%p] '
    log_error_verbosity = terse

    """
}

/// A text as `postgresql.conf` reads it.
private func settingText(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
}

/// A folder as one item of a list: the quotes keep a comma or a blank in its name from dividing it.
private func quotedFolder(_ path: String) -> String {
    "\"" + path.replacing("\"", with: "\"\"") + "\""
}
