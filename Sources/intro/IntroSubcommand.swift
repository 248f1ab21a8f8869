import ArgumentParser

/// A command of `intro` that needs its settings, its console or its database.
///
/// A command declares its arguments and says what to do in ``run(in:)``; how the house is built and closed is the same
/// for all of them and stands here.
protocol IntroSubcommand: AsyncParsableCommand {
    /// The options that every command takes.
    var global: GlobalOptions { get }

    /// Checks that the arguments go together, once the parser has reported every unknown option.
    ///
    /// - Throws: `ValidationError`.
    func checkUsage() throws

    /// Does the command's work.
    ///
    /// - Parameter intro: Everything the work needs, built from the configuration.
    /// - Throws: What went wrong; `Failure(describing:)` makes it fit to print.
    func run(in intro: Intro) async throws
}

extension IntroSubcommand {
    func checkUsage() throws {}

    func run() async throws {
        do {
            try checkUsage()
        } catch let problem as ValidationError {
            let words = IntroCommand.words(to: Self.self).joined(separator: " ")
            throw Failure(code: "usage", message: problem.message, hint: "see `\(words) --help`", exit: .usage)
        }
        let intro = try Intro(options: global)
        do {
            try await run(in: intro)
        } catch {
            await intro.close()
            throw error
        }
        await intro.close()
    }
}
