import Foundation

/// An SMTP server that injects configured faults at each step and records the session.
public final class ScriptedServer: Sendable {
    /// A step of the SMTP session.
    public enum Step: String, Sendable, CaseIterable {
        /// The server's greeting.
        case greeting
        /// EHLO.
        case ehlo
        /// STARTTLS.
        case starttls
        /// AUTH.
        case auth
        /// MAIL.
        case mail
        /// RCPT.
        case rcpt
        /// DATA.
        case data
        /// The message itself, after the 354 reply.
        case body
        /// The end of the message.
        case dot
        /// QUIT.
        case quit
    }

    /// The action at a step, instead of the correct reply.
    public enum Action: Hashable, Sendable {
        /// A reply is sent.
        case reply(String)
        /// A reply is sent, and the connection is closed.
        case dismiss(String)
        /// The connection is closed.
        case drop
        /// No reply is sent.
        case hang
        /// The correct reply is sent after `release()`.
        case hold
    }

    /// A fault that occurs a number of times.
    public struct Fault: Hashable, Sendable {
        let step: Step
        let action: Action
        let times: Int

        /// Returns a fault that occurs each time, unless a number of times is given.
        public static func at(_ step: Step, _ action: Action, times: Int = 1_000_000) -> Fault {
            Fault(step: step, action: action, times: times)
        }
    }

    /// The protection of the connections.
    public enum Security: String, Sendable {
        /// STARTTLS is offered.
        case starttls
        /// TLS from the first byte.
        case implicit
    }

    private let process: ScriptedProcess

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - faults: The faults; the first that matches a step applies.
    ///   - tls: The protection, with a certificate.
    ///   - login: The required user and password.
    /// - Throws: `TestFailure` when it does not start.
    public init(
        faults: [Fault] = [],
        tls: (security: Security, certificate: Certificate)? = nil,
        login: (user: String, password: String)? = nil
    ) throws {
        process = try ScriptedProcess("scripted_smtp_server.py") { log in
            Plan(
                log: log,
                faults: faults.map(Plan.Fault.init),
                tls: tls.map { Plan.TLS(mode: $0.rawValue, certificate: $1.path, key: $1.keyPath) },
                login: login.map { Plan.Login(user: $0, password: $1) }
            )
        }
    }

    /// The port on 127.0.0.1.
    public var port: Int { process.port }

    /// The URL of the server, without TLS.
    public var url: String { "smtp://127.0.0.1:\(port)/intro.test?tls=none" }

    /// Sends the held replies.
    public func release() {
        process.release()
    }

    /// Stops the server.
    public func stop() {
        process.stop()
    }

    /// Returns the number of connections.
    public func connections() throws -> Int {
        try events().count { $0.event == "connect" }
    }

    /// Returns the commands of all connections, in order.
    public func commands() throws -> [String] {
        try events().compactMap(\.line)
    }

    /// Waits for a command whose reply the client may not wait for.
    ///
    /// - Parameter prefix: The command, or its beginning.
    /// - Throws: `TestFailure` after a timeout.
    public func receive(_ prefix: String) async throws {
        try await poll(until: "the server receives \(prefix)") { try commands().contains { $0.hasPrefix(prefix) } }
    }

    /// Waits until a number of connections have been opened.
    ///
    /// - Throws: `TestFailure` after a timeout.
    public func accept(_ count: Int) async throws {
        try await poll(until: "the server has \(count) connections") { try connections() >= count }
    }

    /// Returns the messages that were received to their end, whatever the reply was.
    public func receivedMessages() throws -> [ReceivedMessage] {
        try events().filter { $0.event == "message" }
            .map {
                ReceivedMessage(sender: $0.sender ?? "", recipients: $0.recipients ?? [], content: $0.content ?? "")
            }
    }

    private func events() throws -> [Event] {
        try process.events()
    }
}

private struct Event: Decodable {
    let event: String
    let line: String?
    let sender: String?
    let recipients: [String]?
    let content: String?
}

private struct Plan: Encodable {
    struct Fault: Encodable {
        let step: String
        let action: String
        let text: String
        let times: Int

        init(_ fault: ScriptedServer.Fault) {
            step = fault.step.rawValue
            times = fault.times
            switch fault.action {
            case .reply(let reply): (action, text) = ("reply", reply)
            case .dismiss(let reply): (action, text) = ("dismiss", reply)
            case .drop: (action, text) = ("drop", "")
            case .hang: (action, text) = ("hang", "")
            case .hold: (action, text) = ("hold", "")
            }
        }
    }

    struct TLS: Encodable {
        let mode: String
        let certificate: String
        let key: String
    }

    struct Login: Encodable {
        let user: String
        let password: String
    }

    let log: String
    let faults: [Fault]
    let tls: TLS?
    let login: Login?
}
