import Glibc

/// The question before something that cannot be undone.
enum Confirmation {
    /// Refuses where nobody can be asked.
    ///
    /// - Throws: A `Failure` where standard input or standard error is no terminal.
    static func assertPossible() throws(Failure) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw Failure(
                code: "confirmation_needed", message: "this cannot be undone, and there is no terminal to ask on",
                hint: "give the same command with --yes", exit: .usage)
        }
    }

    /// Asks on the terminal; only a yes goes on.
    ///
    /// - Parameter question: What is to be answered with yes or no.
    /// - Throws: A `Failure` where the answer is anything else.
    static func ask(_ question: String) throws {
        try StandardStreams.write("\(question.visible) [y/N] ", to: STDERR_FILENO)
        let answer = readLine()?.split(separator: " ").joined().lowercased()
        guard answer == "y" || answer == "yes" else {
            throw Failure(
                code: "declined", message: "nothing was removed", hint: "answer y to go on", exit: .refused)
        }
    }
}
