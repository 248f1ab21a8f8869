import Foundation

/// An SMS service in Twilio's dialect on loopback, which misbehaves as told and keeps a record of the requests.
public final class ScriptedHTTPServer: Sendable {
    /// What a request gets instead of a text that is queued.
    public enum Answer: Hashable, Sendable {
        /// A text that is queued, as if nothing had been told.
        case queued
        /// A whole answer.
        case reply(Int, String = "{}", headers: [String: String] = [:])
        /// A whole answer, after which the connection ends.
        case lastReply(Int, String = "{}")
        /// An answer whose last octet is missing; then the connection ends.
        case cutReply(Int, String = "{}")
        /// Octets that need not be HTTP; then the connection ends.
        case raw(String)
        /// The connection ends.
        case drop
        /// No answer comes, ever.
        case hang
        /// A text that is queued, after `release()`.
        case hold
    }

    /// A request as the server received it.
    public struct Request: Hashable, Sendable, Decodable {
        /// GET, POST..
        public let method: String
        /// The path, as it was written.
        public let path: String
        /// The header, with names in lower case.
        public let headers: [String: String]
        /// The form.
        public let form: [String: String]
    }

    /// The account that `url` names.
    public static let account = "AC0123456789abcdef0123456789abcdef"
    /// A token for it.
    public static let token = "to:ken &+"

    private let process: ScriptedProcess

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - answers: What the first requests get, in order; later ones get a text that is queued.
    ///   - certificate: With one, the server speaks TLS.
    ///   - login: The user and password that the server asks for; none is asked for without.
    /// - Throws: `TestFailure` when it does not start.
    public init(
        answers: [Answer] = [], certificate: Certificate? = nil, login: (user: String, password: String)? = nil
    ) throws {
        process = try ScriptedProcess("scripted_http_server.py") { log in
            Plan(
                log: log,
                answers: answers.map(Plan.Answer.init),
                tls: certificate.map { Plan.TLS(certificate: $0.path, key: $0.keyPath) },
                login: login.map { Plan.Login(user: $0, password: $1) }
            )
        }
    }

    /// The port on 127.0.0.1.
    public var port: Int { process.port }

    /// Where to send texts to, without TLS.
    public var url: String { "http://\(Self.account)@127.0.0.1:\(port)" }

    /// Lets the held answers go.
    public func release() {
        process.release()
    }

    /// Ends the server.
    public func stop() {
        process.stop()
    }

    /// Waits until so many requests have been received, whether they are answered or not.
    ///
    /// - Throws: `TestFailure` when they do not come.
    public func receive(_ count: Int) async throws {
        try await poll(until: "the server has \(count) requests") { try requests().count >= count }
    }

    /// How many connections were made.
    public func connections() throws -> Int {
        try process.events().count { (event: Event) in event.isConnection }
    }

    /// The requests of all connections, in order, whatever they were answered.
    public func requests() throws -> [Request] {
        try process.events().compactMap { (event: Event) in event.request }
    }
}

private struct Event: Decodable {
    private enum CodingKeys: String, CodingKey {
        case event
    }

    let isConnection: Bool
    let request: ScriptedHTTPServer.Request?

    init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .event)
        isConnection = kind == "connect"
        request = kind == "request" ? try ScriptedHTTPServer.Request(from: decoder) : nil
    }
}

private struct Plan: Encodable {
    struct Answer: Encodable {
        var action: String
        var status: Int?
        var body: String?
        var headers: [String: String]?

        init(_ answer: ScriptedHTTPServer.Answer) {
            switch answer {
            case .queued: self.init(action: "answer")
            case .reply(let status, let body, let headers): self.init("answer", status, body, headers)
            case .lastReply(let status, let body): self.init("last", status, body)
            case .cutReply(let status, let body): self.init("cut", status, body)
            case .raw(let octets): self.init(action: "raw", body: octets)
            case .drop: self.init(action: "drop")
            case .hang: self.init(action: "hang")
            case .hold: self.init(action: "hold")
            }
        }

        private init(action: String, body: String? = nil) {
            self.action = action
            self.body = body
        }

        private init(_ action: String, _ status: Int, _ body: String, _ headers: [String: String] = [:]) {
            self.action = action
            self.status = status
            self.body = body
            self.headers = headers
        }
    }

    struct TLS: Encodable {
        let certificate: String
        let key: String
    }

    struct Login: Encodable {
        let user: String
        let password: String
    }

    let log: String
    let answers: [Answer]
    let tls: TLS?
    let login: Login?
}
