import Foundation
import Messaging
import Testing

@Suite("Template folders")
struct TemplateFolderTests {
    private let builtIn = ["m.subject": "Hi", "m.txt": "Hello", "m.html": "<p>", "shared.txt": "shared"]

    /// Runs a test with a folder that contains the files.
    private func withFolder(_ files: [String: Data], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, content) in files { try content.write(to: folder.appending(path: name)) }
        try body(folder.path)
    }

    @Test("an operator's templates replace built-in ones of the same name and add new ones")
    func overriding() throws {
        let files = ["m.txt": "Own {{> shared.txt}}", "m.es.sms": "Hola"].mapValues { Data($0.utf8) }
        try withFolder(files) { folder in
            let library = try TemplateLibrary(builtIn, overriddenBy: folder)
            #expect(try library.renderMessage("m", with: [:]).text == "Own shared")
            #expect(try library.renderMessage("m", with: [:]).subject == "Hi")
            #expect(library.language(of: "m", as: .sms, preferring: "es") == "es")
        }
    }

    @Test("the folder is read once")
    func readOnce() throws {
        try withFolder(["m.txt": Data("before".utf8)]) { folder in
            let library = try TemplateLibrary(builtIn, overriddenBy: folder)
            try Data("after".utf8).write(to: URL(filePath: folder).appending(path: "m.txt"))
            #expect(try library.render("m.txt", with: [:]) == "before")
        }
    }

    @Test("accepts CRLF and a byte order mark, and ignores an editor's backup files")
    func habits() throws {
        let files = ["m.txt": "\u{FEFF}one\r\ntwo\r\n", "m.txt~": "{{", ".m.txt.swp": "{{"].mapValues { Data($0.utf8) }
        try withFolder(files) { folder in
            let sources = try TemplateFolder.read(folder)
            #expect(sources == ["m.txt": "one\ntwo\n"])
        }
    }

    @Test("errors name the file and the line")
    func faults() throws {
        try withFolder(["m.txt": Data("one\n{{#open}}\n".utf8)]) { folder in
            let reason = "the section that begins here has no {{/open}}"
            let error = TemplateError.malformed(name: "\(folder)/m.txt", line: 2, reason: reason)
            #expect(throws: error) { try TemplateLibrary(builtIn, overriddenBy: folder) }
        }
        try withFolder(["m.txt": Data([0x61, 0x0A, 0x0A, 0xFF, 0x0A])]) { folder in
            let error = TemplateError.unreadable(path: "\(folder)/m.txt", reason: "line 3 is not UTF-8")
            #expect(throws: error) { try TemplateFolder.read(folder) }
        }
        try withFolder(["notes.md": Data()]) { folder in
            let error = TemplateError.unknownKind(name: "\(folder)/notes.md")
            #expect(throws: error) { try TemplateLibrary(builtIn, overriddenBy: folder) }
        }
    }

    @Test("rejects folders and files that cannot be read")
    func unreadable() throws {
        #expect(throws: TemplateError.self) { try TemplateFolder.read("/nowhere/at/all") }
        try withFolder(["m.txt": Data(count: 262_145)]) { folder in
            #expect(throws: TemplateError.self) { try TemplateFolder.read(folder) }
        }
        try withFolder([:]) { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/es", withIntermediateDirectories: false)
            #expect(throws: TemplateError.self) { try TemplateFolder.read(folder) }
        }
    }
}
