/// Numbers of things as people type them: `1`, `12`.
public enum CountInput {
    /// Reads a whole number.
    ///
    /// - Parameters:
    ///   - text: Digits, perhaps after a minus.
    ///   - field: What an error calls it.
    ///   - range: Which numbers are accepted.
    /// - Returns: The number.
    /// - Throws: `InvalidInput` where it is no whole number, or out of range.
    public static func number(
        _ text: String, field: String = "number", in range: ClosedRange<Int>
    ) throws(InvalidInput) -> Int {
        let hint = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        let typed = Substring(text.utf8.trimmingSpaces)
        let isNegative = typed.hasPrefix("-")
        let digits = isNegative ? typed.dropFirst() : typed
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit) else {
            throw InvalidInput(field: field, problem: "\(quoted(text)) is not a whole number", hint: hint)
        }
        // What overflows is as far out of range as a number can be.
        let number = Int(typed) ?? (isNegative ? .min : .max)
        guard range.contains(number) else {
            let problem = number < range.lowerBound ? "is too small" : "is too large"
            throw InvalidInput(field: field, problem: "\(quoted(text)) \(problem)", hint: hint)
        }
        return number
    }
}
