import Foundation
import Testing

@testable import Messaging

@Suite("Unsubscription links")
struct UnsubscribeLinkTests {
    private func lines(_ url: String) throws -> [String] {
        let mail = try MailMessage(
            from: desk, to: anna, subject: "x", text: "x", html: "x", unsubscribe: try UnsubscribeLink(url),
            messageID: "a@b", date: Date(timeIntervalSince1970: 0))
        return String(decoding: mail.render(), as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test(
        "an HTTPS link becomes the two fields for one-click unsubscription",
        arguments: [
            "https://intro.test/u/4fZ-9_x~", "HTTPS://intro.test:8443/u?token=a%2Fb&x=(1)", "https://intro.test",
            "https://xn--mnchen-3ya.test/", "https://intro.test?t=1",
        ])
    func oneClick(url: String) throws {
        let lines = try lines(url)
        #expect(lines.contains("List-Unsubscribe: <\(url)>"))
        #expect(lines.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
    }

    @Test("a message without a link has neither field")
    func none() throws {
        let mail = try MailMessage(
            from: desk, to: anna, subject: "x", text: "x", html: "x", messageID: "a@b",
            date: Date(timeIntervalSince1970: 0))
        #expect(!String(decoding: mail.render(), as: UTF8.self).contains("List-"))
    }

    @Test(
        "rejects links that mail programs do not follow or that could break the header",
        arguments: [
            "", "https://", "https:///path", "http://intro.test/u", "mailto:off@intro.test", "intro.test/u",
            "//intro.test/u", "https://user@intro.test/u", "https://intro.test:0/u", "https://intro.test:x/u",
            "https://intro.test:/u", "https://intro.test:99999/u", "https://intro test/u", "https://intro.test/a b",
            "https://intro.test/u#part", "https://intro.test/>,<http://x.test", "https://intro.test/u\r\nBcc: x@y.test",
            "https://intro.test/u\n", "https://intro.test/é", "https://münchen.test/", "https://intro.test/%",
            "https://intro.test/%4", "https://intro.test/%zz", "https://intro.test/\"", "https://intro.test/\\",
            "https://intro..test/", "https://-intro.test/", "https://intro.test/\0", "<https://intro.test/u>",
            "https://intro.test/u\u{301}",
        ])
    func refused(url: String) {
        #expect(throws: CompositionError(part: .unsubscribe, rule: .notAnHTTPSLink)) { try UnsubscribeLink(url) }
    }

    @Test("accepts a link that fills a line of 998 octets, and rejects a longer one")
    func longest() throws {
        let start = "https://intro.test/"
        let longest = start + String(repeating: "u", count: UnsubscribeLink.maximumLength - start.count)
        #expect(try lines(longest).map(\.utf8.count).max() == 998)
        #expect(throws: CompositionError(part: .unsubscribe, rule: .linkTooLong)) { try UnsubscribeLink(longest + "u") }
    }

    @Test("an error does not repeat the link")
    func discretion() {
        let error = #expect(throws: CompositionError.self) { try UnsubscribeLink("http://intro.test/secret") }
        #expect(error.map { !$0.description.contains("secret") } == true)
    }
}
