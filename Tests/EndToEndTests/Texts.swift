import Foundation
import MessagingTesting
import Postgres
import Testing

extension Studio {
    /// Monday 2026-11-30, 10:00 in the studio's time zone, when texts may be sent.
    static let atTen = "2026-11-30T10:00:00-08:00"

    /// Books a session for a new client who has a phone, and returns its reference.
    @discardableResult
    func book(_ name: String, phone: String, at time: String, now: String = Studio.now) async throws -> String {
        let booked = try await answer(
            "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--phone", phone, "--trainer",
            "maria", "--at", time, now: now)
        return booked["reference"]?.text ?? ""
    }

    /// Books sessions for several clients from 10:00 tomorrow on; each has a text due today at that hour.
    func bookTexts(_ count: Int) async throws -> [String] {
        var references: [String] = []
        for number in 0..<count {
            references.append(
                try await book(
                    "Guest\(number)", phone: Studio.phone(number),
                    at: "2026-12-0\(1 + number / 4) \(["10:00", "10:30", "11:00", "11:30"][number % 4])"))
        }
        return references
    }

    /// The phone number of a guest.
    static func phone(_ number: Int) -> String { "+121355501\(10 + number)" }

    /// Runs `intro sms receive` with a text in the format of the provider.
    @discardableResult
    func receiveText(
        _ body: String, from phone: String, id: String? = nil, now: String = Studio.atTen,
        environment: [String: String] = [:]
    ) async throws -> JSON {
        var text = ["From": phone, "To": "+12135550100", "Body": body]
        text["MessageSid"] = id
        let octets = try JSONEncoder().encode(text)
        return try await answer(
            ["sms", "receive"], now: now, environment: environment, stdin: String(decoding: octets, as: UTF8.self))
    }

    /// The texts that were written to the folder, oldest first.
    func writtenTexts() throws -> [JSON] {
        let folder = home + "/texts"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        }
    }

    /// The environment that sends texts to a service instead of a folder.
    func texting(
        to server: ScriptedHTTPServer, connections: Int = 1, rate: String = "1000/s"
    ) throws -> [String: String] {
        let file = home + "/sms-token"
        try (ScriptedHTTPServer.token + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return [
            "INTRO_SMS_URL": server.url, "INTRO_SMS_FROM": "+12135550100", "INTRO_SMS_TOKEN_FILE": file,
            "INTRO_SMS_CONNECTIONS": "\(connections)", "INTRO_SMS_RATE": rate,
        ]
    }

    /// The entries of `intro why` for a session, by rule.
    func account(of reference: String, now: String = Studio.now) async throws -> [String: JSON] {
        let entries = try await answer("why", reference, now: now).items
        return Dictionary(entries.map { ($0["rule"]?.text ?? "", $0) }) { $1 }
    }
}
