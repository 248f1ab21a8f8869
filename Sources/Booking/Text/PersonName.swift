/// What a person, or a studio, is called: any script, accents, apostrophes, emoji; one line.
public struct PersonName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that is accepted, in characters.
    public static let limit = 200

    /// The name: trimmed, single-spaced, in Unicode Normalization Form C, 1 to 200 characters.
    public let text: String

    /// Accepts a name.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is empty, too long, or holds control characters, line breaks or hidden
    ///   text-direction controls.
    public init(_ text: String, field: String = "name") throws(InvalidInput) {
        self.text = try SingleLineText.clean(text, field: field, limit: PersonName.limit)
    }

    /// The name itself.
    public var description: String { text }
}
