/// A problem with a template, or a missing template.
public struct TemplateFinding: Hashable, Sendable, CustomStringConvertible {
    /// The kind of a problem.
    public enum Problem: Hashable, Sendable {
        /// The file's name does not end in a known kind.
        case unknownName
        /// The language cannot be selected by clients.
        case unknownLanguage(code: String)
        /// The source is not valid Mustache.
        case malformed(reason: String)
        /// The message does not provide the value.
        case unknownValue(name: String, message: String, nearest: String?)
        /// The transform does not exist for this kind of value.
        case unknownTransform(name: String, of: String)
        /// A list is printed as if it were a single value.
        case printedList(name: String)
        /// The template includes one that does not exist.
        case unknownInclusion(name: String, nearest: String?)
        /// The template includes itself, directly or indirectly.
        case endlessInclusion(path: [String])
        /// The template includes one whose name is given by a value.
        case unnamedInclusion
        /// The template configures escaping, which its name determines.
        case setting
        /// The template is missing, although the message requires it or has other templates in the same language.
        case missingPart(message: String)
        /// Rendering fails although no other problem was found.
        case unwritable(reason: String)
        /// With long values, the text message needs too many segments.
        case tooManySegments(count: Int, most: Int)
        /// The template is not part of a message, and no other template includes it.
        case unused(nearest: String?)
        /// The braces for an unescaped value have no effect.
        case needlessBraces(name: String)
    }

    /// The template's file, even when it is missing.
    public let file: String
    /// The line, counted from 1, if the problem has one.
    public let line: Int?
    /// The problem.
    public let problem: Problem

    /// Whether messages are wrong or cannot be sent; otherwise the finding is advice.
    public var isError: Bool {
        switch problem {
        case .unused, .needlessBraces: false
        default: true
        }
    }

    /// The stable code of the problem's kind, for programs.
    public var code: String {
        switch problem {
        case .unknownName: "unknown_name"
        case .unknownLanguage: "unknown_language"
        case .malformed: "malformed"
        case .unknownValue: "unknown_value"
        case .unknownTransform: "unknown_transform"
        case .printedList: "printed_list"
        case .unknownInclusion: "unknown_inclusion"
        case .endlessInclusion: "endless_inclusion"
        case .unnamedInclusion: "unnamed_inclusion"
        case .setting: "setting"
        case .missingPart: "missing_part"
        case .unwritable: "unwritable"
        case .tooManySegments: "too_many_segments"
        case .unused: "unused"
        case .needlessBraces: "needless_braces"
        }
    }

    /// The location, the problem and the remedy.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(message). \(hint)\(hint.hasSuffix("?") ? "" : ".")"
    }
}

extension TemplateFinding {
    /// The problem.
    public var message: String {
        switch problem {
        case .unknownName: "the file name is not NAME.KIND"
        case .unknownLanguage(let code): "no client can choose the language \(code)"
        case .malformed(let reason): "this is not Mustache: \(reason)"
        case .unknownValue(let name, let message, _): "{{\(name)}} is not a value of \(message)"
        case .unknownTransform(let name, let value): "\(name) cannot be applied to {{\(value)}}"
        case .printedList(let name): "{{\(name)}} is a list"
        case .unknownInclusion(let name, _):
            name.isEmpty ? "the tag names no template" : "the template \(name) does not exist"
        case .endlessInclusion(let path): "\(path.joined(separator: ", then ")) includes this file again"
        case .unnamedInclusion: "a value cannot name a template"
        case .setting: "{{%…}} would escape values twice"
        case .missingPart(let message): "the message \(message) has no such file"
        case .unwritable(let reason): "the message cannot be rendered: \(reason)"
        case .tooManySegments(let count, let most):
            "with long names, the text needs \(count) segments; at most \(most) are allowed"
        case .unused: "no rule or template uses this file"
        case .needlessBraces(let name): "{{\(name)}} is escaped in any braces"
        }
    }

    /// The remedy.
    public var hint: String {
        switch problem {
        case .unknownName: "Call it NAME.KIND or NAME.LANGUAGE.KIND, where KIND is subject, txt, html or sms"
        case .unknownLanguage: "Correct the code, or remove the file"
        case .malformed: "Correct the line"
        case .unknownValue(_, _, let nearest?): "Did you mean {{\(nearest)}}?"
        case .unknownValue(_, _, nil): "Write one of the values that are documented for it"
        case .unknownTransform:
            "Write uppercased, lowercased, capitalized, reversed or empty; for a list count, empty, first or last"
        case .printedList(let name): "Write {{#\(name)}}…{{/\(name)}} around the text for each item"
        case .unknownInclusion(_, let nearest?): "Did you mean {{> \(nearest)}}?"
        case .unknownInclusion(_, nil): "Add that file, or correct the name"
        case .endlessInclusion: "Remove the line"
        case .unnamedInclusion: "Write the file's name instead"
        case .setting: "Remove the tag"
        case .missingPart: "Add it: a message needs all its parts in each language"
        case .unwritable: "Correct the file"
        case .tooManySegments: "Shorten it"
        case .unused(let nearest?): "Did you mean to call it \(nearest)?"
        case .unused(nil): "Remove it, or name it in a rule or another file"
        case .needlessBraces(let name): "Write {{\(name)}}"
        }
    }
}

extension Collection<String> {
    /// Returns the most similar name; `nil` when none is similar enough.
    func nearest(to written: String) -> String? {
        // A longer text is not a misspelled name, and the comparison takes quadratic time.
        guard written.utf8.count <= 40 else { return nil }
        let octets = Array(written.lowercased().utf8)
        return map { (name: $0, edits: Self.edits(octets, Array($0.lowercased().utf8))) }
            .filter { $0.edits <= Swift.max(1, octets.count / 3) }
            .min { ($0.edits, $0.name) < ($1.edits, $1.name) }?.name
    }

    /// Returns the edit distance: insertions, deletions, replacements and swaps of neighbouring letters.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, octet) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var edits = Swift.min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (octet == other ? 0 : 1))
                if i > 0, j > 0, octet == right[j - 1], left[i - 1] == other {
                    edits = Swift.min(edits, rows[i - 1][j - 1] + 1)
                }
                row.append(edits)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
