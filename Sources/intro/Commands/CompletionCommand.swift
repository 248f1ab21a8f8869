import ArgumentParser

/// `intro completion`: prints the completion script of a shell.
struct CompletionCommand: AsyncParsableCommand {
    /// A shell with completion.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell.",
        discussion: """
            It completes commands, options, and the handles and references in the database. To load it in each new \
            shell, add `source <(intro completion bash)` to ~/.bashrc, `source <(intro completion zsh)` after compinit \
            to ~/.zshrc, or `intro completion fish | source` to ~/.config/fish/config.fish.

            Example: intro completion bash
            """)

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let console = Console(json: global.json, color: global.color)
        try console.print(IntroCommand.completionScript(for: shell.completionShell))
    }
}
