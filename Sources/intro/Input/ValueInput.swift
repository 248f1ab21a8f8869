import Booking

/// Reads one of a few words; a dash and an underscore in it are the same.
///
/// - Parameters:
///   - text: What was typed.
///   - field: The option, for the message.
///   - choices: The words.
/// - Returns: The one that was meant.
/// - Throws: `InvalidInput` that lists the words.
func parseChoice<Value: RawRepresentable>(
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

/// Reads a whole number within bounds.
///
/// - Parameters:
///   - text: What was typed.
///   - field: The option, for the message.
///   - range: The bounds.
/// - Returns: The number.
/// - Throws: `InvalidInput`.
func count(_ text: String, field: String, in range: ClosedRange<Int>) throws(InvalidInput) -> Int {
    guard let number = Int(text), range.contains(number) else {
        throw InvalidInput(
            field: field, problem: "is no number from \(range.lowerBound) to \(range.upperBound)",
            hint: "write it as in `\(field) \(range.lowerBound)`")
    }
    return number
}

/// Changes a field that may be empty as an option says: left out, the field stays; `none`, it is cleared.
///
/// - Parameters:
///   - field: The field.
///   - option: The option's value, where it was given.
///   - read: Makes the field's value of it.
/// - Throws: What `read` throws.
func change<Value>(_ field: inout Value?, to option: String?, _ read: (String) throws -> Value) rethrows {
    guard let option else { return }
    let word = option.split(separator: " ").joined(separator: " ").lowercased()
    field = word == "none" ? nil : try read(option)
}
