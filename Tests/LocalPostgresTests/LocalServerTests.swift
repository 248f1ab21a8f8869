import Testing

@testable import LocalPostgres

@Suite("the place and the state of the private PostgreSQL server")
struct LocalServerTests {
    private let postgres = Account(name: "postgres", userID: 101, groupID: 104, groups: [104, 103], home: "/var/lib/p")

    private func folder(_ path: String, _ mode: UInt32, owner: UInt32 = 0, group: UInt32 = 0) -> FolderPermissions {
        FolderPermissions(path: path, mode: mode, owner: owner, group: group)
    }

    private func place(_ folders: [FolderPermissions], existing: Placement.Existing = .none) throws -> Placement {
        try Placement(folders: folders, home: "/srv/intro", account: postgres, existing: existing)
    }

    @Test("all lies in the home, the server's part in one folder")
    func paths() {
        let paths = ServerPaths(home: "/srv/intro", isElsewhere: false, serverUserID: 101)
        #expect(paths.data == "/srv/intro/postgres/data")
        #expect(paths.socket == "/srv/intro/postgres/socket/.s.PGSQL.5432")
        #expect(paths.lock == "/srv/intro/postgres.lock")
        #expect(paths.url == "postgresql://postgres@/intro?host=%2Fsrv%2Fintro%2Fpostgres%2Fsocket&port=5432")
    }

    @Test("a socket's path never outgrows what the kernel takes", arguments: [60, 73, 74, 75, 200])
    func longHome(length: Int) {
        let home = "/" + String(repeating: "h", count: length - 1)
        let paths = ServerPaths(home: home, isElsewhere: false, serverUserID: 101)
        #expect(paths.socket.utf8.count <= 103)
        #expect(paths.socketFolder.hasPrefix("/tmp/intro-101-") == (length > 73))
        #expect(paths.data == home + "/postgres/data")
    }

    @Test("a comma, which divides libpq's hosts, never gets into a socket's path")
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

    @Test("a home that the server's user can reach holds the cluster")
    func reachable() throws {
        #expect(try place([folder("/", 0o755), folder("/srv", 0o755), folder("/srv/intro", 0o711)]) == .home)
        #expect(try place([folder("/", 0o755), folder("/srv", 0o750, group: 104)]) == .home)
        #expect(try place([folder("/", 0o755), folder("/srv", 0o700, owner: 101)]) == .home)
    }

    @Test("where the home itself is the only obstacle, it is opened")
    func closedHome() throws {
        #expect(try place([folder("/srv", 0o755), folder("/srv/intro", 0o700)]) == .homeMadeSearchable)
        #expect(
            try place([folder("/srv", 0o755), folder("/srv/intro", 0o700)], existing: .home) == .homeMadeSearchable
        )
    }

    @Test("where a folder above or somebody else's is the obstacle, the cluster goes elsewhere")
    func closedParent() throws {
        let folders = [folder("/", 0o755), folder("/srv", 0o700), folder("/srv/intro", 0o700)]
        #expect(try place(folders) == .elsewhere(because: "/srv"))
        #expect(try place([folder("/srv/intro", 0o700, owner: 1000)]) == .elsewhere(because: "/srv/intro"))
        let paths = ServerPaths(home: "/srv/intro", isElsewhere: true, serverUserID: 101)
        #expect(paths.folder.hasPrefix("/var/lib/intro/homes/"))
        #expect(paths.lock == "/srv/intro/postgres.lock")
    }

    @Test("a class that may not enter is not helped by the rights of others")
    func classes() {
        #expect(!folder("/x", 0o677, owner: 101).isSearchable(by: postgres))
        #expect(!folder("/x", 0o707, group: 103).isSearchable(by: postgres))
    }

    @Test("a cluster stays where it was made")
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

    @Test("a server is running when it says so, is alive, and has its socket")
    func states() throws {
        #expect(state(nil, isServer: false, hasSocket: true) == .stopped)
        #expect(state(try file("ready   "), isServer: true, hasSocket: true) == .running(processID: 4711))
        #expect(state(try file("ready   "), isServer: true, hasSocket: false) == .withoutSocket(processID: 4711))
        #expect(state(try file("starting"), isServer: true, hasSocket: true) == .starting(processID: 4711))
        #expect(state(try file("stopping"), isServer: true, hasSocket: true) == .stopping(processID: 4711))
        #expect(state(PostmasterFile("4711\n"), isServer: true, hasSocket: false) == .starting(processID: 4711))
    }

    @Test("what a dead server left behind is not a server, unless somebody answers on its socket")
    func leftovers() throws {
        #expect(state(try file("ready"), isServer: false, hasSocket: true) == .stopped)
        #expect(state(try file("ready"), isServer: false, hasSocket: false, acceptsConnections: true) == .stopped)
        #expect(
            state(try file("ready"), isServer: false, hasSocket: true, acceptsConnections: true)
                == .running(processID: 4711))
    }

    @Test("a file that is no process's is none", arguments: ["", "\n", "abc\n", "-1\n", "0\n"])
    func noFile(text: String) {
        #expect(PostmasterFile(text) == nil)
    }

    @Test("a folder of any name reaches the server's settings whole")
    func settings() {
        let text = serverSettings(socketFolder: #"/it's a "home", \x"#)
        #expect(text.contains(#"unix_socket_directories = '"/it''s a ""home"", \\x"'"#))
    }
}
