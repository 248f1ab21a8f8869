import Foundation
import Messaging
import MessagingTesting
import Testing

let desk = mailbox("Intro", "desk@intro.test")
let anna = mailbox("Anna", "anna@example.test")

/// Unusual texts that users or attackers may enter as a name.
let nastyNames: [TypedText] = [
    "Anna", "O'Hara & <b>", "Zoë Müller-Łódź", "山田太郎", "דנה כהן", "محمد \u{200F}العربي", "👩‍👩‍👧‍👦 family", "=?UTF-8?Q?x?=",
    "\"quoted\" \\ back",
    "a, b; c:d@e <f>",
    "<script>alert(1)</script>", "{{{ }}} {{name}}", "  spaced   out  ", "^caret^", ".", "x\u{301}\u{302}\u{303}",
    TypedText(text: String(repeating: "n", count: 10_000)), TypedText(text: String(repeating: "Zoë ", count: 2500)),
    TypedText(text: "z" + String(repeating: "\u{301}", count: 500)), "<\u{338}b\"\u{338}",
]

/// Texts with control characters or direction overrides.
let unsafeNames: [TypedText] = [
    "a\r\nBcc: x@y.test", "a\nb", "a\rb", "nul\0", "esc\u{1B}[31m", "\u{202E}gpj.exe", "\u{2066}x", "c1\u{85}",
    "sep\u{2028}", "tab\tx",
    "\u{7F}",
]

/// A text that test reports show truncated, with invisible characters escaped.
struct TypedText: Sendable, ExpressibleByStringLiteral, CustomTestStringConvertible {
    let text: String

    var testDescription: String {
        text.unicodeScalars.prefix(24).map { $0.escaped(asASCII: true) }.joined() + " (\(text.utf8.count) octets)"
    }
}

extension TypedText {
    init(stringLiteral text: String) {
        self.init(text: text)
    }
}

func mailbox(_ name: String?, _ address: String) -> Mailbox {
    do {
        return try Mailbox(name: name, address: address)
    } catch {
        fatalError("\(error)")
    }
}

/// Returns a small message whose subject identifies it.
func message(_ mark: String) -> [UInt8] {
    Array("From: desk@intro.test\r\nTo: anna@example.test\r\nSubject: \(mark)\r\n\r\nHello\r\n.dot\r\n".utf8)
}

/// Returns a small text message whose first line identifies it.
func text(_ mark: String) -> TextMessage {
    do {
        return try TextMessage(to: "+14155550100", from: TextSender("+14155550199"), body: markedBody(mark))
    } catch {
        fatalError("\(error)")
    }
}

func markedBody(_ mark: String) -> String { "\(mark)\nHello\n.dot" }

extension [ReceivedMessage] {
    /// The subjects of the messages, sorted, including duplicates.
    var marks: [String] {
        compactMap { message in
            message.content.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Subject: ") }
                .map { String($0.dropFirst("Subject: ".count)) }
        }.sorted()
    }
}

/// The timeouts for tests that wait until a timeout expires: each earlier step must complete within it, even on a busy
/// machine.
let shortTimeouts = SMTPTimeouts(connect: .seconds(10), reply: .seconds(10))

/// The timeouts for all other tests, which only a hang exceeds.
let patientTimeouts = SMTPTimeouts(connect: .seconds(30), reply: .seconds(60), idle: .seconds(600))

/// The same timeouts for text messages.
let shortSMSTimeouts = SMSTimeouts(connect: .seconds(10), reply: .seconds(10))
let patientSMSTimeouts = SMSTimeouts(connect: .seconds(30), reply: .seconds(60), idle: .seconds(600))

func session(
    to url: String, password: String? = nil, timeouts: SMTPTimeouts = patientTimeouts
) throws -> any TransportSession<MailEnvelope> {
    try MailTransportURL(parsing: url).makeTransport(password: password, timeouts: timeouts).makeSession()
}

extension TransportSession<MailEnvelope> {
    func deliver(_ message: [UInt8], from: Mailbox, to: Mailbox) async -> DeliveryOutcome {
        await deliver(MailEnvelope(message, from: from, to: to))
    }
}

/// The kind of an outcome, without its text.
enum OutcomeCategory: Equatable {
    case accepted
    case rejectedTemporarily(Int)
    case rejectedPermanently(Int)
    case senderRefused
    case notSent(unreachable: Bool)
    case unknown
}

extension DeliveryOutcome {
    var category: OutcomeCategory {
        switch self {
        case .accepted: .accepted
        case .rejectedTemporarily(let code, _): .rejectedTemporarily(code)
        case .rejectedPermanently(let code, _, _): .rejectedPermanently(code)
        case .senderRefused: .senderRefused
        case .notSent(_, let unreachable): .notSent(unreachable: unreachable)
        case .unknown: .unknown
        }
    }
}
