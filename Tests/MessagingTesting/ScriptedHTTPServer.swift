import Foundation

/// An SMS service with Twilio's API on loopback, which injects configured faults and records the requests.
public final class ScriptedHTTPServer: Sendable {
    /// The response to a request.
    public enum Answer: Hashable, Sendable {
        /// A queued text message, which is the default.
        case queued
        /// A complete response.
        case reply(Int, String = "{}", headers: [String: String] = [:])
        /// A complete response, after which the connection is closed.
        case lastReply(Int, String = "{}")
        /// A response without its last octet, after which the connection is closed.
        case cutReply(Int, String = "{}")
        /// Octets that need not be HTTP, after which the connection is closed.
        case raw(String)
        /// The connection is closed.
        case drop
        /// No response is sent.
        case hang
        /// A queued text message, after `release()`.
        case hold
    }

    /// A request as the server received it.
    public struct Request: Hashable, Sendable, Decodable {
        /// The method, such as GET or POST.
        public let method: String
        /// The undecoded path.
        public let path: String
        /// The header fields, with names in lower case.
        public let headers: [String: String]
        /// The form's fields.
        public let form: [String: String]
    }

    /// The account in `url`.
    public static let account = "AC0123456789abcdef0123456789abcdef"
    /// A token of the account.
    public static let token = "to:ken &+"

    private let process: ScriptedProcess

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - answers: The responses to the first requests, in order; later ones get a queued text message.
    ///   - certificate: The certificate for TLS; without it, the server uses no TLS.
    ///   - login: The required user and password; without them, the server requires no login.
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

    /// The URL of the server, without TLS.
    public var url: String { "http://\(Self.account)@127.0.0.1:\(port)" }

    /// Sends the held responses.
    public func release() {
        process.release()
    }

    /// Stops the server.
    public func stop() {
        process.stop()
    }

    /// Waits until a number of requests have been received, with or without responses.
    ///
    /// - Throws: `TestFailure` after a timeout.
    public func receive(_ count: Int) async throws {
        try await poll(until: "the server has \(count) requests") { try requests().count >= count }
    }

    /// Returns the number of connections.
    public func connections() throws -> Int {
        try process.events().count { (event: Event) in event.isConnection }
    }

    /// Returns the requests of all connections, in order, whatever the responses were.
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
