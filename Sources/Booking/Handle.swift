/// The short name by which a trainer or a studio is typed: `maria`, `san-jose-2`.
public struct Handle: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Lower-case letters a-z, digits, and dashes inside; 1 to 40 of them.
    public let text: String

    /// Accepts a handle; capital letters are made small.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where another character, a dash at an end, or more than 40 characters were typed.
    public init(_ text: String, field: String = "handle") throws(InvalidInput) {
        let hint = "write 1 to 40 of a-z, 0-9 and inner dashes, like maria or san-jose-2"
        let typed = text.utf8.trimmingSpaces
        guard !typed.isEmpty else { throw InvalidInput(field: field, problem: "is empty", hint: hint) }
        guard typed.count <= 40 else { throw InvalidInput(field: field, problem: "is too long", hint: hint) }
        guard typed.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) has a character that cannot be in it", hint: hint)
        }
        guard typed.first != UInt8(ascii: "-"), typed.last != UInt8(ascii: "-") else {
            throw InvalidInput(field: field, problem: "\(quoted(text)) begins or ends with a dash", hint: hint)
        }
        self.text = String(Substring(typed)).lowercased()
    }

    /// The handle itself.
    public var description: String { text }

    /// Orders handles by their text.
    public static func < (left: Handle, right: Handle) -> Bool { left.text < right.text }
}
