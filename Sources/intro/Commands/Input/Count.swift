import Booking

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
