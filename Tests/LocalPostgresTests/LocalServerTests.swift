import Testing

@testable import LocalPostgres

@Suite("Location and state of the private PostgreSQL server")
struct LocalServerTests {
    private let postgres = Account(name: "postgres", userID: 101, groupID: 104, groups: [104, 103], home: "/var/lib/p")

    private func folder(_ path: String, _ mode: UInt32, owner: UInt32 = 0, group: UInt32 = 0) -> FolderPermissions {
        FolderPermissions(path: path, mode: mode, owner: owner, group: group)
    }

    private func place(_ folders: [FolderPermissions], existing: Placement.Existing = .none) throws -> Placement {
        try Placement(folders: folders, home: "/srv/intro", account: postgres, existing: existing)
    }

    @Test("all files are in the home, those of the server in one folder")
    func paths() {
        let paths = ServerPaths(home: "/srv/intro", isElsewhere: false, serverUserID: 101)
        #expect(paths.data == "/srv/intro/postgres/data")
        #expect(paths.socket == "/srv/intro/postgres/socket/.s.PGSQL.5432")
        #expect(paths.lock == "/srv/intro/postgres.lock")
        #expect(paths.url == "postgresql://postgres@/intro?host=%2Fsrv%2Fintro%2Fpostgres%2Fsocket&port=5432")
    }

    @Test("a socket's path never exceeds the kernel's limit", arguments: [60, 73, 74, 75, 200])
    func longHome(length: Int) {
        let home = "/" + String(repeating: "h", count: length - 1)
        let paths = ServerPaths(home: home, isElsewhere: false, serverUserID: 101)
        #expect(paths.socket.utf8.count <= 103)
        #expect(paths.socketFolder.hasPrefix("/tmp/intro-101-") == (length > 73))
        #expect(paths.data == home + "/postgres/data")
    }

    @Test("a socket's path contains no comma, which separates libpq's hosts")
    func comma() {
        let paths = ServerPaths(home: "/srv/a,b", isElsewhere: false, serverUserID: 101)
        #expect(!paths.socket.contains(","))
    }

    @Test("two long homes do not share a socket")
    func twoLongHomes() {
        let homes = ["a", "b"].map { "/" + String(repeating: "h", count: 100) + $0 }
        let sockets = homes.map { ServerPaths(home: $0, isElsewhere: false, serverUserID: 101).socket }
        #expect(sockets[0] != sockets[1])
    }

    @Test("places the cluster in a home that the server's user can reach")
    func reachable() throws {
        #expect(try place([folder("/", 0o755), folder("/srv", 0o755), folder("/srv/intro", 0o711)]) == .home)
        #expect(try place([folder("/", 0o755), folder("/srv", 0o750, group: 104)]) == .home)
        #expect(try place([folder("/", 0o755), folder("/srv", 0o700, owner: 101)]) == .home)
    }

    @Test("makes a home of root searchable if no other folder blocks the server's user")
    func closedHome() throws {
        #expect(try place([folder("/srv", 0o755), folder("/srv/intro", 0o700)]) == .homeMadeSearchable)
        #expect(
            try place([folder("/srv", 0o755), folder("/srv/intro", 0o700)], existing: .home) == .homeMadeSearchable
        )
    }

    @Test("places the cluster elsewhere if a parent folder or another user's home blocks the server's user")
    func closedParent() throws {
        let folders = [folder("/", 0o755), folder("/srv", 0o700), folder("/srv/intro", 0o700)]
        #expect(try place(folders) == .elsewhere(because: "/srv"))
        #expect(try place([folder("/srv/intro", 0o700, owner: 1000)]) == .elsewhere(because: "/srv/intro"))
        let paths = ServerPaths(home: "/srv/intro", isElsewhere: true, serverUserID: 101)
        #expect(paths.folder.hasPrefix("/var/lib/intro/homes/"))
        #expect(paths.lock == "/srv/intro/postgres.lock")
    }

    @Test("an owner or group without permission cannot enter, even if others can")
    func classes() {
        #expect(!folder("/x", 0o677, owner: 101).isSearchable(by: postgres))
        #expect(!folder("/x", 0o707, group: 103).isSearchable(by: postgres))
    }

    @Test("an existing cluster keeps its location")
    func sticky() throws {
        #expect(try place([folder("/srv", 0o755)], existing: .elsewhere).isElsewhere)
        let failure = #expect(throws: LocalPostgresError.self) { try place([folder("/srv", 0o700)], existing: .home) }
        #expect(failure?.kind == .misconfigured)
    }

    private func file(_ status: String) throws -> PostmasterFile {
        let text = "4711\n/srv/intro/postgres/data\n1796144400\n5432\n/srv/intro/postgres/socket\n\n  1 2\n\(status)\n"
        return try #require(PostmasterFile(text))
    }

    private func state(_ file: PostmasterFile?, isServer: Bool, hasSocket: Bool, acceptsConnections: Bool = false)
        -> ServerState
    {
        ServerState(file: file, isServer: isServer, hasSocket: hasSocket, acceptsConnections: { acceptsConnections })
    }

    @Test("a server is running if its status is ready, its process exists, and it has its socket")
    func states() throws {
        #expect(state(nil, isServer: false, hasSocket: true) == .stopped)
        #expect(state(try file("ready   "), isServer: true, hasSocket: true) == .running(processID: 4711))
        #expect(state(try file("ready   "), isServer: true, hasSocket: false) == .withoutSocket(processID: 4711))
        #expect(state(try file("starting"), isServer: true, hasSocket: true) == .starting(processID: 4711))
        #expect(state(try file("stopping"), isServer: true, hasSocket: true) == .stopping(processID: 4711))
        #expect(state(PostmasterFile("4711\n"), isServer: true, hasSocket: false) == .starting(processID: 4711))
    }

    @Test("files of an ended server are not a server, unless a process accepts connections on its socket")
    func leftovers() throws {
        #expect(state(try file("ready"), isServer: false, hasSocket: true) == .stopped)
        #expect(state(try file("ready"), isServer: false, hasSocket: false, acceptsConnections: true) == .stopped)
        #expect(
            state(try file("ready"), isServer: false, hasSocket: true, acceptsConnections: true)
                == .running(processID: 4711))
    }

    @Test("rejects a file without a process ID", arguments: ["", "\n", "abc\n", "-1\n", "0\n"])
    func noFile(text: String) {
        #expect(PostmasterFile(text) == nil)
    }

    @Test("quotes a folder with special characters in the server's settings")
    func settings() {
        let text = serverSettings(socketFolder: #"/it's a "home", \x"#)
        #expect(text.contains(#"unix_socket_directories = '"/it''s a ""home"", \\x"'"#))
    }
}
