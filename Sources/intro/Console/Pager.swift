import Glibc

/// The program that shows a long text on a terminal, chosen as git does.
struct Pager: Equatable {
    /// The shell command.
    let command: String

    /// Chooses the pager: `INTRO_PAGER`, `PAGER`, or `less`; `nil` for an empty command and for `cat`.
    init?(environment: [String: String]) {
        command = environment["INTRO_PAGER"] ?? environment["PAGER"] ?? "less"
        guard !command.allSatisfy(\.isWhitespace), command != "cat" else { return nil }
    }

    /// Shows a text, and waits until the person has read it.
    ///
    /// - Parameter text: The text.
    /// - Returns: `false` if there is no such program.
    func show(_ text: String) -> Bool {
        // less: end at once if the text fits, pass colours through, leave the text on the screen. The shell sets the
        // variable, because libpq's threads may read this process's environment at the same time.
        guard let stream = popen("export LESS=\"${LESS-FRX}\"; \(command)", "w") else { return false }
        // Ctrl-C is for the pager.
        let previous = signal(SIGINT, SIG_IGN)
        fputs(text, stream)
        let status = pclose(stream)
        signal(SIGINT, previous)
        let notFound: Int32 = 127
        return (status >> 8) & 0xff != notFound
    }
}

extension Console {
    /// The window's number of lines; 24 if it is unknown.
    var rows: Int {
        var size = winsize()
        return ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 ? Int(size.ws_row) : 24
    }

    /// The width of lines that are wrapped: that of the terminal, or 80 columns if it is not known.
    var textWidth: Int { width ?? 80 }

    /// Returns sentences with lines that are wrapped between words on a terminal; unchanged for other output.
    func wrapped(_ text: String) -> String {
        guard isScreen else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { String($0).wrapped(to: textWidth, indent: 2) }.joined(separator: "\n")
    }

    /// Returns the width of texts: `COLUMNS`, or that of the terminal; `nil` for output that is not cut.
    static func width(output: Int32, environment: [String: String]) -> Int? {
        if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard isatty(output) == 1, ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
