import Booking

/// Parses one of a set of words; dashes and underscores are equivalent.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The option, for the message.
///   - choices: The accepted values.
/// - Returns: The value.
/// - Throws: `InvalidInput` that lists the values.
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

/// Parses a whole number within a range.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The option, for the message.
///   - range: The range.
/// - Returns: The number.
/// - Throws: `InvalidInput`.
func count(_ text: String, field: String, in range: ClosedRange<Int>) throws(InvalidInput) -> Int {
    guard let number = Int(text), range.contains(number) else {
        throw InvalidInput(
            field: field, problem: "must be a number from \(range.lowerBound) to \(range.upperBound)",
            hint: "write it as in `\(field) \(range.lowerBound)`")
    }
    return number
}

/// Parses the number of an entry of a list.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The entry, for the message, such as `the mail`.
///   - list: The command that lists the numbers.
/// - Returns: The number.
/// - Throws: `InvalidInput`.
func entryNumber(_ text: String, field: String, from list: String) throws(InvalidInput) -> Int64 {
    guard let number = Int64(text), number > 0 else {
        throw InvalidInput(
            field: field, problem: "needs a number, not \(quoted(text))", hint: "take the number from `\(list)`")
    }
    return number
}

/// Changes an optional field to the value of an option: without the option, keeps the field; `none` clears it.
///
/// - Parameters:
///   - field: The field.
///   - option: The option's value, if given.
///   - read: Parses the option's value.
/// - Throws: The error of `read`.
func change<Value>(_ field: inout Value?, to option: String?, _ read: (String) throws -> Value) rethrows {
    guard let option else { return }
    let word = option.split(separator: " ").joined(separator: " ").lowercased()
    field = word == "none" ? nil : try read(option)
}
