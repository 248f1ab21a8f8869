import Glibc

/// A user of this machine.
public struct Account: Equatable, Sendable {
    /// The user name.
    public let name: String
    let userID: UInt32
    let groupID: UInt32
    /// The home folder, or `/` for a user without one.
    public let home: String
    private let knownGroups: [UInt32]?

    /// Whether this is the superuser.
    public var isRoot: Bool { userID == 0 }

    /// The user that this process runs as.
    public static var current: Account {
        account(userID: geteuid())
    }

    /// Returns the user with an ID; a user without an entry on this machine is named by the ID.
    static func account(userID: UInt32) -> Account {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        getpwuid_r(userID, &entry, &buffer, buffer.count, &found)
        return found.map { Account($0.pointee) }
            ?? Account(name: "user \(userID)", userID: userID, groupID: getegid(), home: "/")
    }

    /// Returns the user with a name, or `nil` if none exists.
    static func account(named name: String) -> Account? {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        return found.map { Account($0.pointee) }
    }

    /// Creates a user; omitted groups are looked up only when they are needed, because that is slow.
    init(name: String, userID: UInt32, groupID: UInt32, groups: [UInt32]? = nil, home: String) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
        self.home = home
        knownGroups = groups
    }

    private init(_ entry: passwd) {
        self.init(
            name: String(cString: entry.pw_name), userID: entry.pw_uid, groupID: entry.pw_gid,
            home: String(cString: entry.pw_dir))
    }

    /// All groups, the primary one among them.
    var groups: [UInt32] {
        if let knownGroups { return knownGroups }
        var count: Int32 = 64
        var groups = [gid_t](repeating: 0, count: Int(count))
        getgrouplist(name, groupID, &groups, &count)
        return Array(groups.prefix(max(0, Int(count))))
    }
}
