import FoundationEssentials
import Glibc
import Messaging

/// The confirmation of an action that cannot be undone.
enum Confirmation {
    /// Checks that a question can be asked.
    ///
    /// - Parameter message: The message of the failure.
    /// - Throws: A `Failure` when standard input or standard error is not a terminal.
    static func assertPossible(
        _ message: String = "this cannot be undone; it needs confirmation"
    ) throws(Failure) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw Failure(
                code: "confirmation_needed", message: message, hint: "give the same command with --yes", exit: .usage)
        }
    }

    /// Asks before a change of sessions that cannot be undone, unless it is confirmed already.
    ///
    /// - Parameters:
    ///   - isConfirmed: Whether `--yes` was given.
    ///   - effect: The effect, as a sentence without a full stop: "Maria Lopez has 2 upcoming sessions".
    ///   - question: A yes-or-no question.
    /// - Throws: A `Failure` when the answer is not yes, or no question can be asked.
    static func require(_ isConfirmed: Bool, because effect: String, _ question: String) throws {
        guard !isConfirmed else { return }
        try assertPossible("\(effect.visible): this needs confirmation")
        try ask("\(effect). \(question)", refusal: "nothing was changed")
    }

    /// Asks for a name before its data is erased for good.
    ///
    /// - Parameters:
    ///   - name: The name that must be typed.
    ///   - effect: The effect, as a sentence without a full stop.
    /// - Throws: A `Failure` when another name is typed, or no question can be asked.
    static func requireTyped(_ name: String, because effect: String) throws {
        try assertPossible("\(effect.visible): this needs confirmation")
        try StandardStreams.write("\(effect.visible). Type the name to confirm: ", to: STDERR_FILENO)
        let typed = readLine()?.split(separator: " ").joined(separator: " ")
        guard typed == name.split(separator: " ").joined(separator: " ") else {
            throw Failure(
                code: "declined", message: "nothing was erased", hint: "type the name as it is shown", exit: .refused)
        }
    }

    /// Asks a question on the terminal.
    ///
    /// - Parameters:
    ///   - question: A yes-or-no question.
    ///   - refusal: The message of the failure after any answer but yes.
    /// - Throws: A `Failure` when the answer is not yes.
    static func ask(_ question: String, refusal: String = "nothing was removed") throws {
        try StandardStreams.write("\(question.visible) [y/N] ", to: STDERR_FILENO)
        let answer = readLine()?.split(separator: " ").joined().lowercased()
        guard answer == "y" || answer == "yes" else {
            throw Failure(
                code: "declined", message: refusal, hint: "answer y to go on", exit: .refused)
        }
    }
}

/// The confirmation before real messages are sent at a simulated time.
enum SimulatedTime {
    /// Asks whether to send real messages at the time of `--now`.
    ///
    /// Does not ask when messages go only to folders and test servers on this machine: they reach no client.
    ///
    /// - Parameters:
    ///   - isConfirmed: Whether `--yes` was given.
    ///   - intro: The clock and the transports.
    /// - Throws: A `Failure` when the answer is not yes or no question can be asked, or `TransportConfigurationError`.
    static func confirm(_ isConfirmed: Bool, in intro: Intro) throws {
        guard let instant = intro.simulatedNow, !isConfirmed, try reachesClients(intro) else { return }
        let time = instant.formatted(.iso8601)
        try Confirmation.assertPossible("--now sends real messages as if it were \(time)")
        try Confirmation.ask("Send real messages as if it were \(time)?", refusal: "nothing was sent")
    }

    /// Whether mail goes to another machine or a standard mail port of this one, or texts go to a service.
    private static func reachesClients(_ intro: Intro) throws -> Bool {
        if case .twilio(let server) = try SMSTransportURL(parsing: intro.settings.texts.url), server.isSecure {
            return true
        }
        guard case .smtp(let server) = try MailTransportURL(parsing: intro.settings.mail.url) else { return false }
        return !server.isLocal || [25, 465, 587].contains(server.port)
    }
}
