import ArgumentParser

extension Failure {
    /// The one table from anything that is thrown to what the user is told.
    ///
    /// Errors of the modules below are listed here by type; whatever is not listed is a bug of ours and says so.
    init(describing error: any Error) {
        switch error {
        case let failure as Failure:
            self = failure
        case let problem as OutputProblem:
            self = Failure(describing: problem)
        case let problem as ValidationError:
            self = Failure(code: "usage", message: problem.message, hint: "see `intro --help`", exit: .usage)
        case is CancellationError:
            self = Failure(
                code: "interrupted",
                message: "interrupted before the work was finished",
                hint: "give the same command again",
                exit: .tryAgain
            )
        default:
            self = Failure(
                code: "bug",
                message: "Intro met an error that it does not expect",
                reason: "\(type(of: error)): \(redacted(String(describing: error)))",
                hint: "this is a bug in Intro: please report the two lines above",
                exit: .bug
            )
        }
    }

    private init(describing problem: OutputProblem) {
        self.init(
            code: "output",
            message: "the result could not be written to standard output",
            reason: problem.reason,
            hint: "the work itself is done: free some space, then look before you give the command again",
            exit: .tryAgain
        )
    }
}
