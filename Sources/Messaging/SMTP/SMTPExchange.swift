import CLibcurl

/// The result of one attempt to send one message, as reported by libcurl.
struct SMTPExchange {
    /// libcurl's result code.
    var result: CURLcode
    /// The code of the last reply, or 0 without a reply.
    var responseCode: Int
    /// Whether libcurl read the body to its end, after which it writes the final dot.
    var bodyFullyRead: Bool
    /// Whether the exchange reached MAIL, after greeting, EHLO, TLS and login.
    var envelopeBegun: Bool
    /// Whether RCPT was sent, so that a refusal may concern the recipient.
    var recipientNamed = false
    /// Whether the attempt opened a new connection.
    var connectionWasOpened: Bool
    /// The text of the last reply.
    var reply: String
    /// libcurl's explanation of a failure.
    var detail: String

    /// Whether the server had closed an idle connection before any command for the message was sent.
    var connectionWasStale: Bool {
        let wasClosed = result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR || result == CURLE_GOT_NOTHING
        let isFirstReply = responseCode == 0 || responseCode == 421
        return wasClosed && envelopeBegun && !connectionWasOpened && !bodyFullyRead && isFirstReply
    }

    /// The delivery outcome, derived from libcurl's result and the last reply (tested with libcurl 7.88).
    var outcome: DeliveryOutcome {
        switch result {
        case CURLE_OK:
            .accepted(reply: reply)
        case CURLE_WEIRD_SERVER_REPLY where bodyFullyRead:
            messageOutcome
        case CURLE_SEND_ERROR where envelopeBegun || responseCode < 400:
            envelopeOutcome
        case CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED, CURLE_LOGIN_DENIED,
            CURLE_USE_SSL_FAILED:
            connectionRefusal
        default:
            interruptedOutcome
        }
    }

    /// The outcome when the reply to the final dot was not 250.
    private var messageOutcome: DeliveryOutcome {
        switch responseCode {
        case 200..<300: .accepted(reply: reply)
        case 400..<500: .rejectedTemporarily(code: responseCode, reply: reply)
        case 500..<600: rejection
        default: .unknown(reason: "The mail server gave no sensible answer to the message (\(responseCode)).")
        }
    }

    /// The outcome when MAIL, RCPT or DATA was refused, a write failed, or the replies were out of step.
    private var envelopeOutcome: DeliveryOutcome {
        switch responseCode {
        case 530:
            .senderRefused(
                reason: "The mail server takes mail only after a login. Write the user into the mail URL, and name the "
                    + "file with the password. It said: \(reply)")
        case 400..<500: .rejectedTemporarily(code: responseCode, reply: reply)
        case 500..<600: rejection
        default:
            .notSent(reason: "The conversation with the mail server broke off: \(detail)", unreachable: !envelopeBegun)
        }
    }

    /// The outcome of a permanent refusal; the reply's code and text and the refused command determine its scope.
    private var rejection: DeliveryOutcome {
        guard RefusalScope(words: reply, to: recipientNamed || bodyFullyRead ? .other : .mail) != .sender else {
            return .senderRefused(reason: "The mail server refuses this sender: \(reply)")
        }
        return .rejectedPermanently(
            code: responseCode, reply: reply,
            isAddressInvalid: recipientNamed && FailureCause(status: nil, words: reply) == .address)
    }

    /// The outcome of a refusal before MAIL, where a 5yz does not concern the message.
    private var connectionRefusal: DeliveryOutcome {
        if (400..<500).contains(responseCode) { return temporaryRefusal }
        switch result {
        case CURLE_LOGIN_DENIED:
            return .senderRefused(
                reason: "The mail server refused the login. Check the user in the mail URL and the password file. "
                    + "It said: \(reply)")
        case CURLE_USE_SSL_FAILED:
            return .notSent(
                reason: "The mail server offers no STARTTLS, and unprotected mail was not asked for. Use smtps://, or "
                    + "write ?tls=none for a server on this machine.",
                unreachable: true)
        case _ where responseCode < 500:
            return .notSent(reason: "The mail server could not be used: \(detail)", unreachable: true)
        default:
            return .senderRefused(
                reason: "The mail server refuses this sender. Ask its operator whether this machine may send. "
                    + "It said: \(reply)")
        }
    }

    /// The outcome of a 4yz before MAIL, which applies to every message, as 421 does.
    private var temporaryRefusal: DeliveryOutcome { .rejectedTemporarily(code: 421, reply: reply) }

    private var interruptedOutcome: DeliveryOutcome {
        if bodyFullyRead {
            .unknown(reason: "The message was sent, but the mail server did not confirm it: \(detail)")
        } else if result == CURLE_ABORTED_BY_CALLBACK {
            .notSent(reason: "The delivery was cancelled before the message was sent.", unreachable: false)
        } else if !envelopeBegun, (400..<500).contains(responseCode) {
            temporaryRefusal
        } else {
            .notSent(reason: "The mail server could not be used: \(detail)", unreachable: !envelopeBegun)
        }
    }
}

/// A log of the server's reply lines, from which the relevant reply is extracted.
struct SMTPReplyLog {
    /// The maximum length of a reply; longer replies are truncated.
    private static let maximumLength = 200
    /// The maximum number of lines kept, against servers that reply without end.
    private static let maximumLines = 20

    private var lines: [(code: Int, text: String, isFinal: Bool)] = []

    /// Appends one raw line from the server.
    mutating func append(_ line: some Collection<UInt8>) {
        let text = String(decoding: line, as: UTF8.self).safeSingleLine
        guard let code = Int(text.prefix(3)), code >= 100 else { return }
        if lines.count == Self.maximumLines { lines.removeFirst() }
        lines.append((code, text, text.dropFirst(3).first != "-"))
    }

    /// Returns the text of the last reply with a code, on one line, without later replies such as the one to QUIT.
    func reply(code: Int) -> String {
        guard let last = lines.lastIndex(where: { $0.code == code }) else { return "" }
        let first = lines[..<last].lastIndex { $0.code != code || $0.isFinal }.map { $0 + 1 } ?? 0
        let texts = [lines[first].text] + lines[first...last].dropFirst().map { String($0.text.dropFirst(4)) }
        return String(texts.joined(separator: " ").prefix(Self.maximumLength))
    }
}
