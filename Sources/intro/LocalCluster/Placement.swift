/// Where a cluster goes that the server's user must reach.
enum Placement: Equatable, Sendable {
    /// In `INTRO_HOME`.
    case home
    /// In `INTRO_HOME`, once others may search it.
    case homeMadeSearchable
    /// Outside, because the named folder is closed to the server's user.
    case elsewhere(because: String)

    var isElsewhere: Bool {
        if case .elsewhere = self { true } else { false }
    }
}

/// What decides whether a user may pass through a folder.
struct FolderPermissions: Equatable, Sendable {
    let path: String
    let mode: UInt32
    let owner: UInt32
    let group: UInt32

    /// Whether a user may search the folder, by the first of owner, group and others that the user is.
    func isSearchable(by account: Account) -> Bool {
        if owner == account.userID { return mode & 0o100 != 0 }
        if account.groups.contains(group) { return mode & 0o010 != 0 }
        return mode & 0o001 != 0
    }
}

extension Placement {
    /// Decides where a cluster is or goes.
    ///
    /// A cluster stays where it was made, whatever becomes of the folders above: a second, empty one in another place
    /// would look like lost data.
    ///
    /// - Parameters:
    ///   - folders: The existing folders from `/` down to the home.
    ///   - home: `INTRO_HOME`.
    ///   - account: The user that the server runs as.
    ///   - existing: Where a cluster was made before.
    /// - Throws: A `Failure` when a cluster in the home has become unreachable.
    init(folders: [FolderPermissions], home: String, account: Account, existing: Existing) throws(Failure) {
        let closed = folders.filter { !$0.isSearchable(by: account) }
        switch (existing, closed.first) {
        case (.elsewhere, let folder):
            self = .elsewhere(because: folder?.path ?? home)
        case (_, nil):
            self = .home
        case (_, let folder?) where folder.path == home && folder.owner == 0:
            self = .homeMadeSearchable
        case (.none, let folder?):
            self = .elsewhere(because: folder.path)
        case (.home, let folder?):
            throw .misconfigured(
                "the private PostgreSQL in \(home) cannot be reached by its user \(account.name)",
                because: "\(folder.path) is closed to that user",
                hint: "open the way with `chmod o+x \(folder.path)`, or set INTRO_HOME to another folder"
            )
        }
    }

    /// Where a cluster was made before.
    enum Existing: Equatable {
        case none
        case home
        case elsewhere
    }
}
