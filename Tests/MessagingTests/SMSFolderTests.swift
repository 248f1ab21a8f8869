import Foundation
import Messaging
import MessagingTesting
import Testing

/// A reader of folders of text messages.
enum SMSFolder {
    static func texts(in path: String) throws -> [[String: String?]] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            return object.mapValues { $0 is NSNull ? nil : "\($0)" }
        }
    }
}

@Suite("SMS folder transport")
struct SMSFolderTests {
    private func permissions(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    @Test("each text message is one file with one object, accessible only to the owner")
    func files() async throws {
        let scratch = try ScratchFolder()
        let path = "\(scratch.path)/a/sms"
        let session = try SMSFolderTransport(path: path).makeSession()
        let until = Date(timeIntervalSince1970: 1_796_144_400.7)
        let body = "Anna \"C\" \\ é 👋\nZweite/Zeile"
        let rich = try TextMessage(to: "+14155550100", from: TextSender("Iron House"), body: body, validUntil: until)
        let plain = try TextMessage(to: "+14155550101", from: TextSender("72345"), body: "plain")
        #expect(await session.deliver(rich).category == .accepted)
        #expect(await session.deliver(plain).category == .accepted)
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(try permissions(path) == 0o700)
        #expect(try names.map { try permissions("\(path)/\($0)") } == [0o600, 0o600])
        #expect(names.allSatisfy { $0.hasSuffix(".json") && !$0.hasPrefix(".") })
        let expected: [[String: String?]] = [
            [
                "to": "+14155550100", "from": "Iron House", "body": body, "encoding": "UCS-2", "segments": "1",
                "valid_until": "2026-12-01T17:00:00Z",
            ],
            [
                "to": "+14155550101", "from": "72345", "body": "plain", "encoding": "GSM-7", "segments": "1",
                "valid_until": nil,
            ],
        ]
        #expect(try SMSFolder.texts(in: path) == expected)
    }

    @Test("the reply is the file's name")
    func reply() async throws {
        let scratch = try ScratchFolder()
        let session = try SMSFolderTransport(path: scratch.path).makeSession()
        let outcome = await session.deliver(text("x"))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: scratch.path).first)
        #expect(outcome == .accepted(reply: name, id: name))
    }

    @Test("a path that cannot be a folder is a configuration error")
    func unusable() throws {
        let scratch = try ScratchFolder()
        #expect(FileManager.default.createFile(atPath: "\(scratch.path)/file", contents: nil))
        for path in ["\(scratch.path)/file", "\(scratch.path)/file/below", "/proc/intro"] {
            let error = #expect(throws: TransportConfigurationError.self) {
                try SMSFolderTransport(path: path).makeSession()
            }
            #expect(error?.messageKind == .texts)
        }
    }
}
