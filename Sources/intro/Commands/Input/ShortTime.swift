import Booking

/// Reads how often something is done: `500ms`, `2s`, `1m`; a bare number is seconds.
///
/// - Parameters:
///   - text: What was typed.
///   - field: The option, for the message.
/// - Returns: A tenth of a second to an hour.
/// - Throws: `InvalidInput`.
func shortTime(_ text: String, field: String) throws(InvalidInput) -> Duration {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    guard digits.count <= 9, let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
        (100...3_600_000).contains(number * unit)
    else {
        throw InvalidInput(
            field: field, problem: "is no time from 100ms to 1h", hint: "write it like `\(field) 2s`")
    }
    return .milliseconds(number * unit)
}
