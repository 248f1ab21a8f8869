import Foundation
import Messaging
import MessagingTesting
import Testing

/// A reader of Maildirs.
enum Maildir {
    static func messages(in path: String) throws -> [ReceivedMessage] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/new").map { name in
            let file = try String(contentsOfFile: "\(path)/new/\(name)", encoding: .isoLatin1)
            let lines = file.components(separatedBy: "\r\n")
            return ReceivedMessage(
                sender: String(lines[0].dropFirst("Return-Path: <".count).dropLast()),
                recipients: [String(lines[1].dropFirst("Delivered-To: ".count))],
                content: lines.dropFirst(2).joined(separator: "\r\n")
            )
        }
    }
}

@Suite("Maildir transport")
struct MaildirTests {
    private func permissions(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    @Test("creates the folders with access only for the owner")
    func folders() async throws {
        let scratch = try ScratchFolder()
        let session = try MaildirTransport(path: "\(scratch.path)/a/b").makeSession()
        for folder in ["a", "a/b", "a/b/tmp", "a/b/new", "a/b/cur"] {
            #expect(try permissions("\(scratch.path)/\(folder)") == 0o700)
        }
        #expect(await session.deliver(message("x"), from: desk, to: anna).category == .accepted)
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/a/b/new")
        #expect(try names.map { try permissions("\(scratch.path)/a/b/new/\($0)") } == [0o600])
        #expect(names.allSatisfy { !$0.contains("/") && !$0.contains(":") && !$0.hasPrefix(".") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/a/b/tmp").isEmpty)
    }

    @Test("the file has the envelope and the message in its SMTP form")
    func content() async throws {
        let scratch = try ScratchFolder()
        let session = try MaildirTransport(path: scratch.path).makeSession()
        #expect(await session.deliver(Array("A: b\n\nc".utf8), from: desk, to: anna).category == .accepted)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/new").first)
        let file = try String(contentsOfFile: "\(scratch.path)/new/\(name)", encoding: .utf8)
        #expect(file == "Return-Path: <desk@intro.test>\r\nDelivered-To: anna@example.test\r\nA: b\r\n\r\nc")
    }

    @Test("an existing folder keeps its mail")
    func existing() async throws {
        let scratch = try ScratchFolder()
        for mark in ["one", "two"] {
            let session = try MaildirTransport(path: scratch.path).makeSession()
            #expect(await session.deliver(message(mark), from: desk, to: anna).category == .accepted)
        }
        #expect(try Maildir.messages(in: scratch.path).marks == ["one", "two"])
    }

    @Test("a path that cannot be a folder is a configuration error")
    func unusable() throws {
        let scratch = try ScratchFolder()
        #expect(FileManager.default.createFile(atPath: "\(scratch.path)/file", contents: nil))
        for path in ["\(scratch.path)/file", "\(scratch.path)/file/below", "/proc/intro"] {
            #expect(throws: TransportConfigurationError.self) { try MaildirTransport(path: path).makeSession() }
        }
    }

    @Test(
        "Python's mailbox package reads the folder", .enabled(if: InstalledPrograms.python != nil, "python3 is missing")
    )
    func readByPython() async throws {
        let scratch = try ScratchFolder()
        let session = try MaildirTransport(path: scratch.path).makeSession()
        #expect(await session.deliver(message("one"), from: desk, to: anna).category == .accepted)
        let program =
            "import json, mailbox, sys; print(json.dumps([m['Subject'] for m in mailbox.Maildir(sys.stdin.read())]))"
        let subjects: [String] = try Python.run(program, on: scratch.path.utf8)
        #expect(subjects == ["one"])
    }
}
