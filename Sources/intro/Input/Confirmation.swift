import FoundationEssentials
import Glibc
import Messaging

/// The question before something that cannot be undone.
enum Confirmation {
    /// Refuses where no question can be asked.
    ///
    /// - Parameter message: What needs a confirmation.
    /// - Throws: A `Failure` where standard input or standard error is no terminal.
    static func assertPossible(
        _ message: String = "this cannot be undone; it needs confirmation"
    ) throws(Failure) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw Failure(
                code: "confirmation_needed", message: message, hint: "give the same command with --yes", exit: .usage)
        }
    }

    /// Asks on the terminal; only a yes goes on.
    ///
    /// - Parameters:
    ///   - question: What is to be answered with yes or no.
    ///   - refusal: What is reported after any other answer.
    /// - Throws: A `Failure` where the answer is anything else.
    static func ask(_ question: String, refusal: String = "nothing was removed") throws {
        try StandardStreams.write("\(question.visible) [y/N] ", to: STDERR_FILENO)
        let answer = readLine()?.split(separator: " ").joined().lowercased()
        guard answer == "y" || answer == "yes" else {
            throw Failure(
                code: "declined", message: refusal, hint: "answer y to go on", exit: .refused)
        }
    }
}

/// The question before messages are sent at another time than the real one.
enum SimulatedTime {
    /// Asks whether real messages are meant to be sent as if it were the time of `--now`.
    ///
    /// Folders and test servers of this machine need no question: what is sent there reaches no client.
    ///
    /// - Parameters:
    ///   - isConfirmed: Whether `--yes` was given.
    ///   - intro: The clock and the transports.
    /// - Throws: A `Failure` where the answer is no or where no question can be asked, or `TransportConfigurationError`.
    static func confirm(_ isConfirmed: Bool, in intro: Intro) throws {
        guard let instant = intro.simulatedNow, !isConfirmed, try reachesClients(intro) else { return }
        let time = instant.formatted(.iso8601)
        try Confirmation.assertPossible("--now sends real messages as if it were \(time)")
        try Confirmation.ask("Send real messages as if it were \(time)?", refusal: "nothing was sent")
    }

    /// Whether mail goes to a server on another machine or at one of the standard ports of this one, or texts to a
    /// service.
    private static func reachesClients(_ intro: Intro) throws -> Bool {
        if case .twilio(let server) = try SMSTransportURL(parsing: intro.settings.texts.url), server.isSecure {
            return true
        }
        guard case .smtp(let server) = try MailTransportURL(parsing: intro.settings.mail.url) else { return false }
        return !server.isLocal || [25, 465, 587].contains(server.port)
    }
}
