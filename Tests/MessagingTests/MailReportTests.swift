import Messaging
import MessagingTesting
import SeededRandom
import Testing

@Suite("Mail reports")
struct MailReportTests {
    @Test("parses a complaint's recipient and message, with LF and CRLF line endings")
    func complaint() throws {
        for octets in [BounceSample.complaint.octets, BounceSample.complaint.withCRLF] {
            guard case .complaint(let report) = try MailReport(reading: octets) else {
                Issue.record("the mail was not parsed as a complaint")
                return
            }
            #expect(report.kind == .abuse)
            #expect(report.recipients.map(\.address) == ["anna@example.com"])
            #expect(report.messageIDs == ["k7q29fxm.confirmation.1@intro.test"])
        }
    }

    @Test(
        "uses the message's only recipient when the provider hides the complaining recipient",
        arguments: [
            ("anna.b@example.com", true), ("Anna <anna.b@example.com>", true), ("<anna.b@example.com>", true),
            ("\"B, Anna\" <anna.b@example.com>", true), ("=?UTF-8?B?QW5uYQ==?=\n <anna.b@example.com>", true),
            ("anna.b@example.com (B, Anna)", true), ("Ben <ben@example.com>, Anna <anna.b@example.com>", false),
            ("\"Ben\" <ben@example.com>, \"Anna\" <anna.b@example.com>", false),
            ("ben@example.com, anna.b@example.com", false), ("undisclosed-recipients:;", false), ("", false),
        ])
    func hiddenRecipient(to: String, isOne: Bool) throws {
        let text = BounceSample.hiddenComplaint.text.replacing("To: anna.b@example.com", with: "To: \(to)")
        guard case .complaint(let report) = try MailReport(reading: Array(text.utf8)) else {
            Issue.record("the mail was not parsed as a complaint")
            return
        }
        #expect(report.recipients.map(\.address) == (isOne ? ["anna.b@example.com"] : []))
    }

    @Test(
        "rejects feedback other than complaints",
        arguments: ["not-spam", "auth-failure", "virus", "dmarc", "", "ab use", "abuse fraud"])
    func otherFeedback(kind: String) {
        let text = BounceSample.complaint.text.replacing("Feedback-Type: abuse", with: "Feedback-Type: \(kind)")
        #expect(throws: MailReportError.notAComplaint) { try MailReport(reading: Array(text.utf8)) }
    }

    private static let others: [BounceSample] = [
        .autoReply, BounceSample(description: "nothing", text: ""),
        BounceSample(description: "a mailbox line", text: "From x"),
        BounceSample(description: "garbage", text: "\u{1}\u{2}--\n--\n----\n=?=;:;\"("),
        BounceSample(
            description: "a report without a boundary",
            text: BounceSample.postfix.text.replacing("boundary=", with: "bound=")),
        BounceSample(
            description: "a report with an empty boundary",
            text: "Content-Type: multipart/report; boundary=\"\"\n\n--\nContent-Type: message/delivery-status\n\n--\n"),
        BounceSample(
            description: "parts that resemble a report",
            text: BounceSample.postfix.text.replacing("multipart/report", with: "multipart/mixed")),
        BounceSample(
            description: "a forwarded bounce",
            text: "Content-Type: message/rfc822\n\n" + BounceSample.postfix.text),
        BounceSample(
            description: "a read receipt",
            text: BounceSample.report("").text.replacing("delivery-status", with: "disposition-notification")),
    ]

    @Test("rejects mail other than reports", arguments: others)
    func otherMail(_ sample: BounceSample) {
        #expect(throws: MailReportError.notAReport) { try MailReport(reading: sample.octets) }
        #expect(throws: MailReportError.notAReport) { try MailReport(reading: sample.withCRLF) }
    }

    @Test(
        "rejects a report without a valid recipient and action",
        arguments: [
            "", "Final-Recipient: x400; /G=Anna/\nAction: failed", "Final-Recipient: rfc822; anna\nAction: failed",
            "Final-Recipient: rfc822;\nAction: failed", "Final-Recipient: rfc822; anna@example.com",
            "Final-Recipient: rfc822; anna@example.com\nAction: lost", "Action: failed\nStatus: 5.1.1",
            "Final-Recipient: utf-8; änna@example.com\nAction: failed",
            "Final-Recipient: rfc822; anna@example.com, ben@example.com\nAction: failed",
            "Final-Recipient: rfc822; anna@exam\n ple.com\nAction: failed",
            "Final-Recipient: rfc822; an(x)na@example.com\nAction: failed",
            "Final-Recipient: rfc822; anna@example.com\u{0}\nAction: failed",
            "Final-Recipient: rfc822; anna@example.com\nAction: fai (x) led",
        ])
    func noRecipient(block: String) {
        #expect(throws: MailReportError.noRecipient) { try MailReport(reading: BounceSample.report(block).octets) }
    }

    @Test("rejects a mail over 10 MB")
    func length() {
        let padding = [UInt8](repeating: UInt8(ascii: "x"), count: MailReport.maximumOctets)
        #expect(throws: MailReportError.tooLong) { try MailReport(reading: BounceSample.postfix.octets + padding) }
    }

    @Test("rejects mail with very many or deeply nested parts")
    func bombs() {
        let many = "Content-Type: multipart/report; boundary=b\n\n" + String(repeating: "--b\n", count: 100_000)
        #expect(throws: MailReportError.notAReport) { try MailReport(reading: Array(many.utf8)) }
        let deep = (0..<2000).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
        #expect(throws: MailReportError.notAReport) {
            try MailReport(reading: Array(deep.utf8) + BounceSample.postfix.octets)
        }
        for piece in ["(", ";", "\"", "\n ", "=", "a=\"\\\";"] {
            let field = "Content-Type: multipart/report" + String(repeating: piece, count: 10_000) + "\n\n"
            #expect(throws: MailReportError.notAReport) { try MailReport(reading: Array(field.utf8)) }
        }
    }

    @Test("ignores a field of excessive length")
    func longField() {
        let block = "Final-Recipient: rfc822; anna@example.com\nAction:\(String(repeating: " ", count: 70_000))failed"
        #expect(throws: MailReportError.noRecipient) { try MailReport(reading: BounceSample.report(block).octets) }
    }

    @Test("parses a report with invalid UTF-8")
    func junk() throws {
        var octets = BounceSample.postfix.octets
        let words = try #require(octets.firstRange(of: Array("User unknown".utf8)))
        octets.replaceSubrange(words, with: [0xFF, 0xFE, 0xC3, 0x28, 0x00, 0x80])
        guard case .delivery(let report) = try MailReport(reading: octets) else {
            Issue.record("the mail was not parsed as a delivery report")
            return
        }
        #expect(report.recipients.first?.address.address == "anna@example.com")
        let diagnostic = try #require(report.recipients.first?.diagnostic)
        #expect(diagnostic.unicodeScalars.contains("\u{FFFD}") && !diagnostic.unicodeScalars.contains("\0"))
    }

    @Test("errors contain no addresses")
    func discretion() {
        for error in [MailReportError.tooLong, .notAReport, .truncated, .noRecipient, .notAComplaint] {
            #expect(error.description.hasSuffix(".") && !error.description.contains("@"))
        }
    }
}

@Suite("Damaged mail reports")
struct DamagedReportTests {
    private func addresses(_ octets: [UInt8]) -> [String] {
        switch try? MailReport(reading: octets) {
        case .delivery(let report):
            report.recipients.flatMap { [$0.address.address, $0.finalAddress?.address].compactMap(\.self) }
        case .complaint(let report): report.recipients.map(\.address)
        case nil: []
        }
    }

    @Test("a truncated report yields the same recipients or an error", arguments: BounceSample.reports)
    func truncated(_ sample: BounceSample) throws {
        let whole = try MailReport(reading: sample.octets)
        for length in sample.octets.indices {
            guard let cut = try? MailReport(reading: Array(sample.octets[..<length])) else { continue }
            #expect(cut.withoutMessage == whole.withoutMessage, "cut after \(length)")
            #expect(Set(cut.messageIDs).isSubset(of: whole.messageIDs), "cut after \(length)")
        }
    }

    @Test("a report truncated within a recipient's status is reported as truncated")
    func cutOffWithinStatus() throws {
        let octets = BounceSample.postfix.octets
        let end = try #require(octets.firstRange(of: Array("Diagnostic-Code".utf8))?.lowerBound)
        #expect(throws: MailReportError.truncated) { try MailReport(reading: Array(octets[..<end])) }
    }

    @Test("a randomly changed report names only addresses in its text", arguments: BounceSample.reports)
    func mutated(_ sample: BounceSample) {
        var generator = SeededGenerator(seed: UInt64(sample.text.utf8.count))
        // The wrapped report encodes the @ of the address as =40.
        let spellings = ["@", "=40"]
        var readable = 0
        for _ in 0..<400 {
            let octets = generator.mutate(sample.octets)
            let text = String(decoding: octets, as: UTF8.self)
            let addresses = addresses(octets)
            readable += addresses.isEmpty ? 0 : 1
            for address in addresses {
                let isThere = spellings.contains { text.contains(address.replacing("@", with: $0)) }
                #expect(isThere, "\(text)")
            }
        }
        #expect((40..<400).contains(readable), "40 to 399 of 400 changed reports are readable")
    }
}

extension MailReport {
    /// The report's content without the message identifiers.
    fileprivate var withoutMessage: String {
        switch self {
        case .delivery(let report): "\(report.recipients)"
        case .complaint(let report): "\(report.kind) \(report.recipients)"
        }
    }
}

extension SeededGenerator {
    /// Returns the octets after random changes: octets replaced, pieces removed, duplicated or copied elsewhere.
    fileprivate mutating func mutate(_ octets: [UInt8]) -> [UInt8] {
        var octets = octets
        for _ in 0..<Int.random(in: 1...6, using: &self) where !octets.isEmpty {
            let start = Int.random(in: octets.indices, using: &self)
            let end = min(octets.count, start + Int.random(in: 1...40, using: &self))
            switch Int.random(in: 0..<4, using: &self) {
            case 0: octets[start] = UInt8.random(in: .min ... .max, using: &self)
            case 1: octets.removeSubrange(start..<end)
            case 2: octets.insert(contentsOf: octets[start..<end], at: start)
            default: octets.insert(contentsOf: octets[start..<end], at: Int.random(in: octets.indices, using: &self))
            }
        }
        return octets
    }
}
