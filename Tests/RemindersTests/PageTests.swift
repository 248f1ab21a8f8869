import Foundation
import MessagingTesting
import Testing

@Suite("HTML pages of messages", .enabled(if: InstalledPrograms.python != nil, "python3 is missing"))
struct PageTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Reminders/Templates")

    /// Returns the source of a template with its partials expanded.
    private static func source(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            .replacing(/\{\{> *([^} ]+) *\}\}/) { try source(String($0.output.1)) }
    }

    @Test("every page is readable without images, in dark mode and at a width of 320 points")
    func pages() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.hasSuffix(".html")
        }
        let pages = try names.map { ($0, try Self.source($0)) }.filter {
            $0.1.contains("</html>") && $0.1.contains("<html")
        }
        #expect(pages.count >= 5)
        for (name, faults) in zip(pages.map(\.0), try MailPage.faults(in: pages.map(\.1))) {
            #expect(faults == [], "\(name)")
        }
    }
}
