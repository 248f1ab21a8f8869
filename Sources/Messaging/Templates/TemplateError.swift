/// A template that cannot be used: it is missing, malformed, or asks for a value that nobody gave.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name does not end in `.subject`, `.txt` or `.html`.
    case unknownKind(name: String)
    /// The source is not Mustache.
    case malformed(name: String, line: Int, reason: String)
    /// The library holds no template of this name.
    case notFound(name: String)
    /// The template uses a value that it was not given.
    case missingValue(name: String, value: String)

    /// What is wrong with which template, and what to do.
    public var description: String {
        switch self {
        case .unknownKind(let name):
            "The template \(name) is of no known kind: its name decides how values are escaped. "
                + "End it in .subject, .txt or .html."
        case .malformed(let name, let line, let reason):
            "The template \(name) cannot be read: line \(line) is not Mustache (\(reason)). Correct that line."
        case .notFound(let name):
            "There is no template \(name) in the library. Add it, or correct the name."
        case .missingValue(let name, let value):
            "The template \(name) uses {{\(value)}}, which was not given. Correct its name, or pass the value."
        }
    }
}
