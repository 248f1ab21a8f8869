/// Values on a command line that are empty, as when a shell's variable is not set: none means anything.
enum EmptyValue {
    /// Refuses a command line with an empty value in it.
    ///
    /// - Parameter arguments: The words after the program's name.
    /// - Throws: A `Failure` that names the option.
    static func assertNone(in arguments: [String]) throws(Failure) {
        var option: String?
        for word in arguments {
            if isBlank(word) { throw empty(option) }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard word.hasPrefix("--"), let name = parts.first else {
                option = nil
                continue
            }
            if parts.count == 2, isBlank(String(parts[1])) { throw empty(String(name)) }
            option = parts.count == 1 ? word : nil
        }
    }

    private static func empty(_ option: String?) -> Failure {
        .invalidInput(
            "\(option ?? "an argument") is empty",
            hint: "give it a value, or leave it out; where a field can be cleared, the value is `none`")
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
    }
}
