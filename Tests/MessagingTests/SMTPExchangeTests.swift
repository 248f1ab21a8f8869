import CLibcurl
import Testing

@testable import Messaging

@Suite("Outcomes of SMTP exchanges")
struct SMTPExchangeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let result: CURLcode
        let code: Int
        let begun: Bool
        let read: Bool
        let category: OutcomeCategory

        init(_ result: CURLcode, _ code: Int, begun: Bool = true, read: Bool = false, _ category: OutcomeCategory) {
            self.result = result
            self.code = code
            self.begun = begun
            self.read = read
            self.category = category
        }

        var testDescription: String {
            "\(result.rawValue) with \(code), begun \(begun), body read \(read): \(category)"
        }
    }

    private static let table: [Case] = [
        // The final dot was answered.
        Case(CURLE_OK, 250, read: true, .accepted),
        Case(CURLE_WEIRD_SERVER_REPLY, 251, read: true, .accepted),
        Case(CURLE_WEIRD_SERVER_REPLY, 421, read: true, .rejectedTemporarily(421)),
        Case(CURLE_WEIRD_SERVER_REPLY, 450, read: true, .rejectedTemporarily(450)),
        Case(CURLE_WEIRD_SERVER_REPLY, 499, read: true, .rejectedTemporarily(499)),
        Case(CURLE_WEIRD_SERVER_REPLY, 500, read: true, .rejectedPermanently(500)),
        Case(CURLE_WEIRD_SERVER_REPLY, 554, read: true, .rejectedPermanently(554)),
        Case(CURLE_WEIRD_SERVER_REPLY, 530, read: true, .rejectedPermanently(530)),
        Case(CURLE_WEIRD_SERVER_REPLY, 354, read: true, .unknown),
        Case(CURLE_WEIRD_SERVER_REPLY, 600, read: true, .unknown),
        // MAIL, RCPT or DATA was refused.
        Case(CURLE_SEND_ERROR, 421, .rejectedTemporarily(421)),
        Case(CURLE_SEND_ERROR, 450, .rejectedTemporarily(450)),
        Case(CURLE_SEND_ERROR, 550, .senderRefused),
        Case(CURLE_SEND_ERROR, 530, .senderRefused),
        // The replies were out of step, or the connection broke during a write; the final dot was not sent.
        Case(CURLE_SEND_ERROR, 250, .notSent(unreachable: false)),
        Case(CURLE_SEND_ERROR, 354, .notSent(unreachable: false)),
        Case(CURLE_SEND_ERROR, 354, read: true, .notSent(unreachable: false)),
        Case(CURLE_SEND_ERROR, 0, .notSent(unreachable: false)),
        Case(CURLE_SEND_ERROR, 220, begun: false, .notSent(unreachable: true)),
        Case(CURLE_SEND_ERROR, 450, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_SEND_ERROR, 554, begun: false, .senderRefused),
        // The final dot was not answered.
        Case(CURLE_RECV_ERROR, 354, read: true, .unknown),
        Case(CURLE_OPERATION_TIMEDOUT, 354, read: true, .unknown),
        Case(CURLE_OUT_OF_MEMORY, 354, read: true, .unknown),
        Case(CURLE_ABORTED_BY_CALLBACK, 354, read: true, .unknown),
        Case(CURLE_RECV_ERROR, 250, read: true, .unknown),
        // The connection ended before the message was sent.
        Case(CURLE_RECV_ERROR, 354, .notSent(unreachable: false)),
        Case(CURLE_RECV_ERROR, 250, .notSent(unreachable: false)),
        Case(CURLE_RECV_ERROR, 0, begun: false, .notSent(unreachable: true)),
        Case(CURLE_RECV_ERROR, 421, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_RECV_ERROR, 450, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_RECV_ERROR, 554, begun: false, .notSent(unreachable: true)),
        Case(CURLE_GOT_NOTHING, 0, begun: false, .notSent(unreachable: true)),
        Case(CURLE_OPERATION_TIMEDOUT, 354, .notSent(unreachable: false)),
        Case(CURLE_OPERATION_TIMEDOUT, 250, .notSent(unreachable: false)),
        Case(CURLE_OPERATION_TIMEDOUT, 220, begun: false, .notSent(unreachable: true)),
        Case(CURLE_OPERATION_TIMEDOUT, 0, begun: false, .notSent(unreachable: true)),
        Case(CURLE_ABORTED_BY_CALLBACK, 250, .notSent(unreachable: false)),
        // No server, or no trusted one.
        Case(CURLE_COULDNT_RESOLVE_HOST, 0, begun: false, .notSent(unreachable: true)),
        Case(CURLE_COULDNT_CONNECT, 0, begun: false, .notSent(unreachable: true)),
        Case(CURLE_SSL_CONNECT_ERROR, 220, begun: false, .notSent(unreachable: true)),
        Case(CURLE_PEER_FAILED_VERIFICATION, 220, begun: false, .notSent(unreachable: true)),
        Case(CURLE_SSL_CACERT_BADFILE, 0, begun: false, .notSent(unreachable: true)),
        // The server refused the sender before MAIL.
        Case(CURLE_WEIRD_SERVER_REPLY, 421, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_WEIRD_SERVER_REPLY, 554, begun: false, .senderRefused),
        Case(CURLE_WEIRD_SERVER_REPLY, 450, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_REMOTE_ACCESS_DENIED, 450, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_REMOTE_ACCESS_DENIED, 550, begun: false, .senderRefused),
        Case(CURLE_LOGIN_DENIED, 535, begun: false, .senderRefused),
        Case(CURLE_LOGIN_DENIED, 454, begun: false, .rejectedTemporarily(421)),
        Case(CURLE_USE_SSL_FAILED, 250, begun: false, .notSent(unreachable: true)),
        Case(CURLE_USE_SSL_FAILED, 454, begun: false, .rejectedTemporarily(421)),
    ]

    @Test("each result has one outcome", arguments: table)
    func outcome(_ row: Case) {
        #expect(exchange(row.result, row.code, begun: row.begun, read: row.read).outcome.category == row.category)
    }

    @Test("no libcurl failure is an acceptance, and a failure after the body never allows a retry")
    func everyCode() {
        for raw in 1..<CURL_LAST.rawValue {
            for code in [0, 220, 250, 354] {
                let before = exchange(CURLcode(rawValue: raw), code, begun: true, read: false).outcome.category
                #expect([.notSent(unreachable: false), .notSent(unreachable: true), .senderRefused].contains(before))
            }
            let after = exchange(CURLcode(rawValue: raw), 354, begun: true, read: true).outcome.category
            let hasWrittenNoDot = CURLcode(rawValue: raw) == CURLE_SEND_ERROR
            let isBeforeBody = [CURLE_REMOTE_ACCESS_DENIED, CURLE_LOGIN_DENIED, CURLE_USE_SSL_FAILED]
                .contains(CURLcode(rawValue: raw))
            if !hasWrittenNoDot, !isBeforeBody { #expect(after == .unknown) }
        }
    }

    @Test("only an idle connection that closed without a positive reply is replaced")
    func closedConnection() {
        var exchange = exchange(CURLE_RECV_ERROR, 0, begun: true, read: false)
        #expect(!exchange.connectionWasStale)
        exchange.connectionWasOpened = false
        #expect(exchange.connectionWasStale)
        exchange.responseCode = 421
        #expect(exchange.connectionWasStale)
        exchange.responseCode = 250
        #expect(!exchange.connectionWasStale)
        exchange.responseCode = 0
        exchange.result = CURLE_OPERATION_TIMEDOUT
        #expect(!exchange.connectionWasStale)
        exchange.result = CURLE_RECV_ERROR
        exchange.bodyFullyRead = true
        #expect(!exchange.connectionWasStale)
    }

    private func exchange(_ result: CURLcode, _ code: Int, begun: Bool, read: Bool) -> SMTPExchange {
        SMTPExchange(
            result: result, responseCode: code, bodyFullyRead: read, envelopeBegun: begun, connectionWasOpened: true,
            reply: "\(code) words", detail: "details"
        )
    }
}

@Suite("SMTP reply log")
struct SMTPReplyLogTests {
    private func log(_ lines: String...) -> SMTPReplyLog {
        var log = SMTPReplyLog()
        for line in lines { log.append((line + "\r\n").utf8) }
        return log
    }

    @Test("a multi-line reply becomes one line")
    func manyLines() {
        let log = log("250-first", "250 hello", "550-5.7.1 one", "550-5.7.1 two", "550 5.7.1 three")
        #expect(log.reply(code: 550) == "550-5.7.1 one 5.7.1 two 5.7.1 three")
    }

    @Test("the reply to QUIT does not replace the earlier one")
    func quit() {
        #expect(log("250 ok", "554 5.7.1 spam", "221 bye").reply(code: 554) == "554 5.7.1 spam")
    }

    @Test("the last of several replies with one code is returned")
    func last() {
        #expect(log("250 sender", "250 recipient", "354 go", "250 queued as 7").reply(code: 250) == "250 queued as 7")
    }

    @Test("returns an empty text without a matching reply")
    func none() {
        #expect(log("garbage", "").reply(code: 0).isEmpty)
        #expect(log("250 ok").reply(code: 354).isEmpty)
    }

    @Test("replaces control characters and truncates long replies")
    func hostile() {
        let talk = String(repeating: "é", count: 9000)
        var log = log("550 \u{1B}]0;x\u{7}\(talk)")
        #expect(log.reply(code: 550).count == 200)
        #expect(log.reply(code: 550).unicodeScalars.allSatisfy { !$0.isControl })
        for number in 0..<1000 { log.append("550-\(number)\r\n".utf8) }
        log.append("550 end".utf8)
        #expect(log.reply(code: 550).count <= 200)
    }

    private static let refusals: [(String, recipientNamed: Bool, Bool)] = [
        ("550 5.1.1 unknown", true, true), ("550 5.1.1 unknown", false, false), ("550 No such user", true, true),
        ("550 5.7.1 no", true, false), ("554 spam", true, false), ("550", true, false), ("552 5.2.2 full", true, false),
    ]

    @Test("a permanent refusal invalidates the address only when the address caused it", arguments: refusals)
    func addressInvalidity(reply: String, recipientNamed: Bool, isAddressInvalid: Bool) {
        for result in [CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY] {
            let exchange = SMTPExchange(
                result: result, responseCode: 550, bodyFullyRead: result == CURLE_WEIRD_SERVER_REPLY,
                envelopeBegun: true, recipientNamed: recipientNamed, connectionWasOpened: true, reply: reply, detail: ""
            )
            #expect(
                exchange.outcome
                    == .rejectedPermanently(code: 550, reply: reply, isAddressInvalid: isAddressInvalid))
        }
    }
}
