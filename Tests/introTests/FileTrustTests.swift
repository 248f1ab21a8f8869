import Foundation
import MessagingTesting
import Testing

@testable import intro

@Suite("trust in settings and secret files")
struct FileTrustTests {
    @Test(
        "trusts only files of the user or root with a safe mode",
        arguments: [
            (1000, 0o644, FileTrust.Content.settings, true), (0, 0o644, .settings, true),
            (1001, 0o644, .settings, false),
            (1000, 0o666, .settings, false), (1000, 0o664, .settings, true), (1000, 0o600, .secret, true),
            (1000, 0o640, .secret, true), (1000, 0o666, .secret, false), (1000, 0o660, .secret, false),
            (1001, 0o600, .secret, false), (0, 0o440, .secret, true),
        ] as [(UInt32, UInt32, FileTrust.Content, Bool)])
    func trust(owner: UInt32, mode: UInt32, content: FileTrust.Content, isTrusted: Bool) {
        #expect((FileTrust.problem(owner: owner, mode: mode, content, user: 1000) == nil) == isTrusted)
    }

    @Test("rejects a world-writable settings file with exit code 78 and its path")
    func refused() throws {
        let folder = try ScratchFolder()
        let path = "\(folder.path)/intro.json"
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o666) == 0)
        let failure = #expect(throws: Failure.self) { try FileTrust.check(path, .settings) }
        #expect(failure?.exit == .misconfigured && failure?.message.contains(path) == true)
        #expect(chmod(path, 0o644) == 0)
        #expect(throws: Never.self) { try FileTrust.check(path, .settings) }
    }
}
