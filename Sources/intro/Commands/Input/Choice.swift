import Booking

/// Reads one of a few words; a dash and an underscore in it are the same.
///
/// - Parameters:
///   - text: What was typed.
///   - field: The option, for the message.
///   - choices: The words.
/// - Returns: The one that was meant.
/// - Throws: `InvalidInput` that lists the words.
func choice<Value: RawRepresentable>(
    _ text: String, field: String, of choices: [Value]
) throws(InvalidInput) -> Value where Value.RawValue == String {
    let word = text.lowercased().replacing("-", with: "_")
    guard let value = choices.first(where: { $0.rawValue == word }) else {
        throw InvalidInput(
            field: field, problem: "\(quoted(text)) is not a valid value",
            hint: "write one of: " + choices.map(\.rawValue).joined(separator: ", "))
    }
    return value
}
