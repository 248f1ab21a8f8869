import Glibc

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
