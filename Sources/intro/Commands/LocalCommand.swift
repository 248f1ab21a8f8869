import ArgumentParser
import LocalPostgres

/// `intro local`: manages the private PostgreSQL of the current user.
struct LocalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Manage the private PostgreSQL server.",
        discussion: """
            Without a configured database, intro keeps a PostgreSQL server in INTRO_HOME. It starts when a command needs it \
            and listens on a Unix socket only.

            Example: intro local status
            """,
        subcommands: [Start.self, Stop.self, ShowStatus.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro local start`.
    struct Start: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Start the server; create it if needed.", discussion: "Example: intro local start"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let status = try await intro.startLocalServer()
            try intro.console.report(status) { status.text(exists: true) }
        }
    }

    /// `intro local stop`.
    struct Stop: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "stop",
            abstract: "Stop the server; data is kept.", discussion: "Example: intro local stop"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let cluster = try intro.localServer
            let didStop = try await cluster.stop()
            try intro.console.report(cluster.status) {
                didStop ? "The private PostgreSQL has stopped." : "The private PostgreSQL was not running."
            }
        }
    }

    /// `intro local status`.
    struct ShowStatus: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show whether the server runs, and its URL.", discussion: "Example: intro local status"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let cluster = try intro.localServer
            let status = cluster.status
            try intro.console.report(status) { status.text(exists: cluster.exists) }
        }
    }
}

extension LocalServer.Status {
    /// The status as text.
    fileprivate func text(exists: Bool) -> String {
        guard exists else {
            return "No private PostgreSQL in \(home) yet: the first command that needs it creates it.".visible
        }
        guard let pid else {
            return "The private PostgreSQL in \(home) is not running: the next command starts it.".visible
        }
        return """
            The private PostgreSQL is running (process \(pid)).
              data    \(data.visible)
              socket  \(socket.visible)
              url     \(url)
            """
    }
}
