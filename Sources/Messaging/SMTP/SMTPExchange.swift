import CLibcurl

/// What libcurl reports of one attempt to hand over one message.
struct SMTPExchange {
    /// libcurl's own verdict.
    var result: CURLcode
    /// The code of the last reply that was read, or 0 when there was none.
    var responseCode: Int
    /// Whether libcurl had read the body to its end, after which it writes the final dot.
    var bodyFullyRead: Bool
    /// Whether we had come to say MAIL, after greeting, introduction, TLS and login.
    var envelopeBegun: Bool
    /// Whether the recipient had been named, so that a refusal may be about them.
    var recipientNamed = false
    /// Whether the attempt opened a connection of its own.
    var connectionWasOpened: Bool
    /// The words of the last reply.
    var reply: String
    /// libcurl's explanation of a failure.
    var detail: String

    /// Whether the server had merely closed an idle connection: nothing was said about the message yet.
    var connectionWasStale: Bool {
        let wasClosed = result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR || result == CURLE_GOT_NOTHING
        let isFirstReply = responseCode == 0 || responseCode == 421
        return wasClosed && envelopeBegun && !connectionWasOpened && !bodyFullyRead && isFirstReply
    }

    /// What became of the message, by libcurl's verdict and the last reply (measured with libcurl 7.88).
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

    /// The answer to the final dot was something else than 250.
    private var messageOutcome: DeliveryOutcome {
        switch responseCode {
        case 200..<300: .accepted(reply: reply)
        case 400..<500: .rejectedTemporarily(code: responseCode, reply: reply)
        case 500..<600: rejection
        default: .unknown(reason: "The mail server gave no sensible answer to the message (\(responseCode)).")
        }
    }

    /// MAIL, RCPT or DATA was refused; or the connection broke while we wrote, or its replies were out of step.
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

    /// A refusal for good; what it concerns is told by its code and words, and by the command that was refused.
    private var rejection: DeliveryOutcome {
        guard RefusalScope(words: reply, to: recipientNamed || bodyFullyRead ? .other : .mail) != .sender else {
            return .senderRefused(reason: "The mail server refuses this sender: \(reply)")
        }
        return .rejectedPermanently(
            code: responseCode, reply: reply,
            isAddressInvalid: recipientNamed && FailureCause(status: nil, words: reply) == .address)
    }

    /// The server refused us before it heard of the message, so a 5yz is no verdict on the message.
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
                reason: "The mail server does not serve us. Ask its operator whether this machine may send. "
                    + "It said: \(reply)")
        }
    }

    /// A 4yz from a server that has not heard of the message yet says what 421 says: not now, to no message.
    private var temporaryRefusal: DeliveryOutcome { .rejectedTemporarily(code: 421, reply: reply) }

    private var interruptedOutcome: DeliveryOutcome {
        if bodyFullyRead {
            .unknown(reason: "The message went out, but the mail server did not confirm it: \(detail)")
        } else if result == CURLE_ABORTED_BY_CALLBACK {
            .notSent(reason: "The delivery was cancelled before the message went out.", unreachable: false)
        } else if !envelopeBegun, (400..<500).contains(responseCode) {
            temporaryRefusal
        } else {
            .notSent(reason: "The mail server could not be used: \(detail)", unreachable: !envelopeBegun)
        }
    }
}

/// Collects the server's reply lines, and finds the words of the one that mattered.
struct SMTPReplyLog {
    /// Longer replies are cut.
    private static let maximumLength = 200
    /// A server that talks without end is not listened to without end.
    private static let maximumLines = 20

    private var lines: [(code: Int, text: String, isFinal: Bool)] = []

    /// Takes in one line as it came from the server.
    mutating func append(_ line: some Collection<UInt8>) {
        let text = String(decoding: line, as: UTF8.self).safeSingleLine
        guard let code = Int(text.prefix(3)), code >= 100 else { return }
        if lines.count == Self.maximumLines { lines.removeFirst() }
        lines.append((code, text, text.dropFirst(3).first != "-"))
    }

    /// The words of the last reply with a code, on one line; what came after it, such as the answer to QUIT, is left out.
    func reply(code: Int) -> String {
        guard let last = lines.lastIndex(where: { $0.code == code }) else { return "" }
        let first = lines[..<last].lastIndex { $0.code != code || $0.isFinal }.map { $0 + 1 } ?? 0
        let words = [lines[first].text] + lines[first...last].dropFirst().map { String($0.text.dropFirst(4)) }
        return String(words.joined(separator: " ").prefix(Self.maximumLength))
    }
}
