import ArgumentParser

/// A command of `intro` that needs its settings, its console or its database.
///
/// A command declares its arguments and says what to do in ``run(in:)``; how the house is built and closed is the same
/// for all of them and stands here.
protocol IntroSubcommand: AsyncParsableCommand {
    /// The options that every command takes.
    var global: GlobalOptions { get }

    /// Does the command's work.
    ///
    /// - Parameter intro: Everything the work needs, built from the configuration.
    /// - Throws: What went wrong; `Failure(describing:)` makes it fit to print.
    func run(in intro: Intro) async throws
}

extension IntroSubcommand {
    func run() async throws {
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
