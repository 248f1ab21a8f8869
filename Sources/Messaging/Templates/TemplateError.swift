/// A template that cannot be used: it is missing, malformed, or asks for what nobody gave.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name does not end in `.subject`, `.txt`, `.html` or `.sms`.
    case unknownKind(name: String)
    /// The source is not Mustache.
    case malformed(name: String, line: Int, reason: String)
    /// The library holds no template of this name.
    case notFound(name: String)
    /// The template uses a value that it was not given.
    case missingValue(name: String, value: String)
    /// The template includes one that the library does not hold.
    case unknownInclusion(name: String, line: Int, included: String)
    /// The template includes itself, by way of others or not.
    case endlessInclusion(name: String, line: Int)
    /// The file, or the folder, cannot be read.
    case unreadable(path: String, reason: String)

    /// What is wrong with which template, and what to do.
    public var description: String {
        switch self {
        case .unknownKind(let name):
            "The template \(name) is of no known kind: its name decides how values are escaped. Call it NAME.KIND, or "
                + "NAME.LANGUAGE.KIND, where KIND is subject, txt, html or sms."
        case .malformed(let name, let line, let reason):
            "The template \(name) cannot be read: line \(line) is not Mustache (\(reason)). Correct that line."
        case .notFound(let name):
            "There is no template \(name) in the library. Add it, or correct the name."
        case .missingValue(let name, let value):
            "The template \(name) uses {{\(value)}}, which was not given. Correct its name, or pass the value."
        case .unknownInclusion(let name, let line, let included):
            "The template \(name) cannot be used: line \(line) includes \(included.isEmpty ? "nothing" : included), "
                + "which is not there. Add that file, or correct the name."
        case .endlessInclusion(let name, let line):
            "The template \(name) cannot be used: what line \(line) includes leads back to it and would never end. "
                + "Take that line out."
        case .unreadable(let path, let reason):
            "The templates at \(path) cannot be read: \(reason). Correct that, or take the file away."
        }
    }

    /// The same, where the template's file lies in a folder.
    func located(in folder: String) -> TemplateError {
        switch self {
        case .unknownKind(let name): .unknownKind(name: "\(folder)/\(name)")
        case .malformed(let name, let line, let reason):
            .malformed(name: "\(folder)/\(name)", line: line, reason: reason)
        case .notFound(let name): .notFound(name: "\(folder)/\(name)")
        case .missingValue(let name, let value): .missingValue(name: "\(folder)/\(name)", value: value)
        case .unknownInclusion(let name, let line, let included):
            .unknownInclusion(name: "\(folder)/\(name)", line: line, included: included)
        case .endlessInclusion(let name, let line): .endlessInclusion(name: "\(folder)/\(name)", line: line)
        case .unreadable: self
        }
    }

    /// The template that is at fault.
    var name: String? {
        switch self {
        case .unknownKind(let name), .malformed(let name, _, _), .notFound(let name), .missingValue(let name, _),
            .unknownInclusion(let name, _, _), .endlessInclusion(let name, _):
            name
        case .unreadable: nil
        }
    }
}
