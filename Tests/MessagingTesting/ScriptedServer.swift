import Foundation

/// An SMTP server that misbehaves as told, step by step, and keeps a record of the conversation.
public final class ScriptedServer: Sendable {
    /// A step of the conversation.
    public enum Step: String, Sendable, CaseIterable {
        /// The server's greeting.
        case greeting
        /// The client's introduction.
        case ehlo
        /// The switch to TLS.
        case starttls
        /// The login.
        case auth
        /// The sender.
        case mail
        /// The recipient.
        case rcpt
        /// The announcement of the message.
        case data
        /// The message itself, after 354.
        case body
        /// The end of the message.
        case dot
        /// The goodbye.
        case quit
    }

    /// What happens at a step instead of the right answer.
    public enum Action: Hashable, Sendable {
        /// These words are sent.
        case reply(String)
        /// These words are sent, and the connection ends.
        case dismiss(String)
        /// The connection ends.
        case drop
        /// No answer comes, ever.
        case hang
        /// The right answer comes after `release()`.
        case hold
    }

    /// Something that goes wrong, some times.
    public struct Fault: Hashable, Sendable {
        let step: Step
        let action: Action
        let times: Int

        /// Something that goes wrong, always unless told how many times.
        public static func at(_ step: Step, _ action: Action, times: Int = 1_000_000) -> Fault {
            Fault(step: step, action: action, times: times)
        }
    }

    /// How the server protects its connections.
    public enum Security: String, Sendable {
        /// It offers STARTTLS.
        case starttls
        /// It begins with TLS.
        case implicit
    }

    private let process: ScriptedProcess

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - faults: What goes wrong; the first that fits a step counts.
    ///   - tls: The protection, with a certificate for it.
    ///   - login: The user and password that the server asks for.
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

    /// Where to send to, without TLS.
    public var url: String { "smtp://127.0.0.1:\(port)/intro.test?tls=none" }

    /// Lets the held answers go.
    public func release() {
        process.release()
    }

    /// Ends the server.
    public func stop() {
        process.stop()
    }

    /// How many connections were made.
    public func connections() throws -> Int {
        try events().count { $0.event == "connect" }
    }

    /// The commands of all connections, in order.
    public func commands() throws -> [String] {
        try events().compactMap(\.line)
    }

    /// Waits for a command whose answer the client need not wait for.
    ///
    /// - Parameter prefix: The command, or its beginning.
    /// - Throws: `TestFailure` when it does not come.
    public func receive(_ prefix: String) async throws {
        try await poll(until: "the server receives \(prefix)") { try commands().contains { $0.hasPrefix(prefix) } }
    }

    /// Waits until so many connections have been made.
    ///
    /// - Throws: `TestFailure` when they are not made.
    public func accept(_ count: Int) async throws {
        try await poll(until: "the server has \(count) connections") { try connections() >= count }
    }

    /// The messages whose end the server has seen, whatever it then replied.
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
            case .reply(let words): (action, text) = ("reply", words)
            case .dismiss(let words): (action, text) = ("dismiss", words)
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
